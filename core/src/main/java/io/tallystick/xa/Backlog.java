package io.tallystick.xa;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What could not be finished at once: asked again, for ever, with a pause that grows for each resource and not for each transaction; a
 * resource that fails is probed by one question only. Thread-safe.
 */
final class Backlog {

    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);

    private final Site site;
    private final Map<String, Waiting> questions = new ConcurrentHashMap<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final List<Search> searches = new ArrayList<>();
    private final AtomicLong scans = new AtomicLong();
    private final Map<Gtrid, End> ends = new ConcurrentHashMap<>();
    private final EndedLately endedLately = new EndedLately();
    private final ConcurrentLinkedQueue<Evidence> evidence = new ConcurrentLinkedQueue<>();

    private record Question(Coordination coordination, XaEffect effect) {

        /** One that was asked in vain comes in its turn: it must not stand before the others for ever. */
        boolean isNewsFor(Set<BranchXid> branches) {
            int number = effect instanceof XaEffect.Commit commit && !commit.again()
                    ? commit.branch()
                    : effect instanceof XaEffect.Rollback rollback && !rollback.again() ? rollback.branch() : 0;
            BranchXid xid = number == 0 ? null : coordination.limb(number).xid;
            return xid != null && branches.contains(xid);
        }
    }

    private record End(DecisionStore home, Remains remains) {}

    /** What stays in the store of a transaction that has ended. */
    private enum Remains {
        NOTHING,
        DECISION,
        /** Nobody had to write one to roll it back. */
        TOMBSTONE
    }

    private record Evidence(DecisionStore home, HeuristicRecord record) {}

    /** A branch looked for in scans that begin after it was reported absent. */
    private static final class Search {
        final Coordination coordination;
        final int branch;
        final long since;
        int clean;

        Search(Coordination coordination, int branch, long since) {
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
                searches.add(new Search(coordination, look.branch(), scans.get()));
            }
            return;
        }
        questions.computeIfAbsent(resource, r -> new Waiting()).add(new Question(coordination, effect));
    }

    /**
     * All branches have acknowledged.
     *
     * @param remember its application may still ask for the outcome
     */
    void ended(DecisionStore home, Gtrid gtrid, boolean remember) {
        long ageMillis = Math.abs(site.clock().millis() - gtrid.startedAt().toEpochMilli());
        // no look takes a younger one of this process for left behind
        if (remember || ageMillis > site.settings().prepareBudget().toMillis() / 2) {
            // before it is written: whoever lists the decisions meanwhile must not take it for unfinished
            endedLately.add(home, gtrid, remember);
        }
        ended(gtrid, new End(home, remember ? Remains.DECISION : Remains.NOTHING));
    }

    /** It was rolled back after its application had heard "unknown", and may still ask. */
    void rolledBackUnheard(DecisionStore home, Gtrid gtrid) {
        ended(gtrid, new End(home, Remains.TOMBSTONE));
    }

    private void ended(Gtrid gtrid, End end) {
        if (!evidence.isEmpty()
                && evidence.stream().anyMatch(e -> e.record().branch().gtrid().equals(gtrid))) {
            // whoever takes the decision over would find what is only in memory here
            ends.put(gtrid, end);
            return;
        }
        try {
            write(gtrid, end);
        } catch (RuntimeException | Error e) {
            LOG.debug(
                    "the end of {} waits for decision store '{}'",
                    gtrid,
                    end.home().name(),
                    e);
            ends.put(gtrid, end);
        }
    }

    private static void write(Gtrid gtrid, End end) {
        switch (end.remains()) {
            case NOTHING -> end.home().end(List.of(gtrid));
            case DECISION -> end.home().remember(List.of(gtrid));
            case TOMBSTONE -> end.home().abort(gtrid);
        }
    }

    /** Whether it has ended and only its store does not know yet, or did not when its decisions were listed. */
    boolean isEnding(Gtrid gtrid) {
        return ends.containsKey(gtrid) || endedLately.contains(gtrid);
    }

    /** The decisions of a store are going to be listed; the number of that, for {@link #listed}. */
    long listingBegins() {
        return endedLately.listingBegins();
    }

    /** What a list shows although it began after the end is ended once more: the word may have been lost on its way into the store. */
    void listed(DecisionStore home, long number, Set<Gtrid> unfinished) {
        endedLately
                .listed(home, number, unfinished)
                .forEach((gtrid, remember) ->
                        ended(gtrid, new End(home, remember ? Remains.DECISION : Remains.NOTHING)));
    }

    /** Evidence must be durable before anybody is told of it; while its store is away it is kept here. */
    void keep(DecisionStore home, HeuristicRecord record) {
        LOG.error("branch {} on '{}' ended otherwise than decided: {}", record.branch(), record.resource(), record);
        site.meters().report(m -> m.heuristic(record.resource(), record.decided()));
        if (isKept(home, record)) {
            return;
        }
        // better elsewhere than only in memory
        if (site.homes().all().stream().noneMatch(other -> other != home && isKept(other, record))) {
            evidence.add(new Evidence(home, record));
        }
    }

    private static boolean isKept(DecisionStore store, HeuristicRecord record) {
        try {
            store.heuristic(record);
            return true;
        } catch (RuntimeException | Error e) {
            LOG.warn(
                    "decision store '{}' does not take evidence about {}: {}",
                    store.name(),
                    record.branch(),
                    e.getMessage());
            return false;
        }
    }

    /** Whether the evidence is durable now, in whichever store takes it. */
    boolean isKeptAnywhere(HeuristicRecord record) {
        return site.homes().all().stream().anyMatch(store -> isKept(store, record));
    }

    int size() {
        return questions.values().stream().mapToInt(Waiting::size).sum();
    }

    /** Asks what is due. Returns how much it began. */
    int poll(Instant now) {
        int work = 0;
        for (Map.Entry<String, Waiting> of : questions.entrySet()) {
            ResourceHealth health = site.health(of.getKey());
            if (of.getValue().size() > 0 && health.mayTry(now) && busy.add(of.getKey())) {
                work++;
                site.work(() -> {
                    try {
                        ask(of.getKey(), of.getValue(), health);
                    } finally {
                        busy.remove(of.getKey());
                    }
                });
            }
        }
        return work;
    }

    /** One after the other, only those that wait now; the first failure ends the round. */
    private void ask(String resource, Waiting of, ResourceHealth health) {
        for (int left = of.size(); left > 0; left--) {
            Question question = of.poll();
            if (question == null) {
                return;
            }
            site.meters().report(m -> m.askedAgain(resource));
            String why = answered(question);
            if (why != null) {
                health.failed(why, site.clock().instant());
                if (health.isStubborn()) {
                    LOG.warn(
                            "'{}' has not followed: {}. What waits for it, {} now, is told again until it does; if it has an"
                                    + " address or a key, compare them",
                            resource,
                            why,
                            of.size());
                }
                return;
            }
            health.answered();
        }
    }

    /** Returns why it was not, or null. */
    private @Nullable String answered(Question question) {
        try {
            return question.coordination().again(question.effect());
        } catch (RuntimeException e) {
            LOG.error(
                    "{}: {} is asked again after an unexpected failure", question.coordination(), question.effect(), e);
            later(
                    question.coordination(),
                    question.effect(),
                    question.coordination().resourceOf(question.effect()));
            return e.toString();
        }
    }

    /** A scan begins; its number, for {@link #scanned}. No clock: one that jumps would stop the search. */
    long scanBegins() {
        return scans.incrementAndGet();
    }

    /** Resources in which branches are looked for. */
    Set<String> searched() {
        synchronized (searches) {
            return searches.stream()
                    .map(s -> s.coordination.limb(s.branch).resource)
                    .collect(Collectors.toSet());
        }
    }

    /** A complete scan of a resource, of this number, found these. */
    void scanned(String resource, long number, Set<BranchXid> found) {
        questions.computeIfAbsent(resource, r -> new Waiting()).first(found);
        List<Search> here;
        synchronized (searches) {
            here = searches.stream()
                    .filter(s -> s.since < number
                            && s.coordination.limb(s.branch).resource.equals(resource))
                    .toList();
        }
        Map<Search, Boolean> results = new LinkedHashMap<>();
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
            try {
                if (there) {
                    search.coordination.accept(new XaEvent.StillThere(search.branch));
                } else {
                    search.coordination.absent(search.branch);
                }
            } catch (RuntimeException e) {
                LOG.warn(
                        "{}: the fate of branch {} is asked for again: {}",
                        search.coordination,
                        search.branch,
                        e.getMessage());
                synchronized (searches) {
                    searches.add(search);
                }
            }
        });
    }

    /** This store answers: it is told what it did not hear. */
    void answers(DecisionStore home) {
        evidence.removeIf(kept -> kept.home() == home && isKept(home, kept.record()));
        ends.forEach((gtrid, end) -> {
            if (end.home() == home && ends.remove(gtrid, end)) {
                ended(gtrid, end);
            }
        });
    }

    /**
     * The questions to one resource. What is known to hold locks there comes first: after a crash hundreds of decisions may be found that every
     * branch has carried out, and of which only the end was not written yet; whether they or the prepared branches are found first is chance.
     */
    private static final class Waiting {
        private final Deque<Question> questions = new ArrayDeque<>();
        private Set<BranchXid> held = Set.of();

        synchronized void add(Question question) {
            if (question.isNewsFor(held)) {
                questions.addFirst(question);
            } else {
                questions.addLast(question);
            }
        }

        synchronized @Nullable Question poll() {
            return questions.poll();
        }

        synchronized int size() {
            return questions.size();
        }

        synchronized void first(Set<BranchXid> found) {
            held = found;
            List<Question> all = List.copyOf(questions);
            questions.clear();
            all.stream().filter(question -> question.isNewsFor(found)).forEach(questions::add);
            all.stream().filter(question -> !question.isNewsFor(found)).forEach(questions::add);
        }
    }
}
