package io.tallystick.xa;

import io.tallystick.jdbc.TallystickException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What could not be finished at once: asked again, for ever, with a pause that grows for each resource and not for each transaction; a
 * resource that fails is probed by one question only. Thread-safe.
 */
final class Backlog {

    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);

    private final Site site;
    private final Map<String, Deque<Question>> questions = new ConcurrentHashMap<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final List<Search> searches = new ArrayList<>();
    private final ConcurrentLinkedQueue<Evidence> evidence = new ConcurrentLinkedQueue<>();

    private record Question(Coordination coordination, XaEffect effect) {}

    private record Evidence(DecisionStore home, HeuristicRecord record) {}

    /** A branch looked for in scans that begin after it was reported absent. */
    private static final class Search {
        final Coordination coordination;
        final int branch;
        final Instant since;
        int clean;

        Search(Coordination coordination, int branch, Instant since) {
            this.coordination = coordination;
            this.branch = branch;
            this.since = since;
        }
    }

    Backlog(Site site) {
        this.site = site;
    }

    void later(Coordination coordination, XaEffect effect, String resource) {
        if (effect instanceof XaEffect.LookFor look) {
            synchronized (searches) {
                searches.add(
                        new Search(coordination, look.branch(), site.clock().instant()));
            }
            return;
        }
        Deque<Question> of = questions.computeIfAbsent(resource, r -> new ArrayDeque<>());
        synchronized (of) {
            of.add(new Question(coordination, effect));
        }
    }

    /** All branches have acknowledged. */
    void ended(DecisionStore home, Gtrid gtrid) {
        home.end(List.of(gtrid));
    }

    /** Evidence must be durable before anybody is told of it; while its store is away it is kept here. */
    void keep(DecisionStore home, HeuristicRecord record) {
        LOG.error("branch {} on '{}' ended otherwise than decided: {}", record.branch(), record.resource(), record);
        try {
            home.heuristic(record);
        } catch (TallystickException e) {
            LOG.warn(
                    "evidence about {} waits for decision store '{}': {}",
                    record.branch(),
                    home.name(),
                    e.getMessage());
            evidence.add(new Evidence(home, record));
        }
    }

    int size() {
        return questions.values().stream().mapToInt(Backlog::size).sum();
    }

    /** Asks what is due. Returns how much it began. */
    int poll(Instant now) {
        int work = 0;
        for (Map.Entry<String, Deque<Question>> of : questions.entrySet()) {
            ResourceHealth health = site.health(of.getKey());
            if (size(of.getValue()) > 0 && health.mayTry(now) && busy.add(of.getKey())) {
                work++;
                site.workers().execute(() -> {
                    try {
                        ask(of.getKey(), of.getValue(), health);
                    } finally {
                        busy.remove(of.getKey());
                    }
                });
            }
        }
        return work + retryEvidence();
    }

    /** One after the other, only those that wait now; the first failure ends the round. */
    private void ask(String resource, Deque<Question> of, ResourceHealth health) {
        for (int left = size(of); left > 0; left--) {
            Question question;
            synchronized (of) {
                question = of.poll();
            }
            if (question == null) {
                return;
            }
            if (question.coordination().again(question.effect())) {
                health.answered();
            } else {
                health.failed("see the log for '" + resource + "'", site.clock().instant());
                return;
            }
        }
    }

    /** A complete scan of a resource that began at this time found these. */
    void scanned(String resource, Instant begun, Set<BranchXid> found) {
        List<Search> here;
        synchronized (searches) {
            here = searches.stream()
                    .filter(s -> s.since.isBefore(begun)
                            && s.coordination.limb(s.branch).resource.equals(resource))
                    .toList();
        }
        Map<Search, Boolean> results = new HashMap<>();
        for (Search search : here) {
            BranchXid xid = search.coordination.limb(search.branch).xid;
            if (xid != null && found.contains(xid)) {
                results.put(search, true);
            } else if (++search.clean >= 2) {
                results.put(search, false);
            }
        }
        synchronized (searches) {
            searches.removeAll(new HashSet<>(results.keySet()));
        }
        results.forEach((search, there) -> {
            if (there) {
                search.coordination.accept(new XaEvent.StillThere(search.branch));
            } else {
                search.coordination.absent(search.branch);
            }
        });
    }

    private int retryEvidence() {
        int work = 0;
        for (int left = evidence.size(); left > 0; left--) {
            Evidence next = evidence.poll();
            if (next != null) {
                keep(next.home(), next.record());
                work++;
            }
        }
        return work;
    }

    private static int size(Deque<Question> of) {
        synchronized (of) {
            return of.size();
        }
    }
}
