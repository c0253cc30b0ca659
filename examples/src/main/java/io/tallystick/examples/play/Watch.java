package io.tallystick.examples.play;

import io.tallystick.examples.service.Orchestrator.Standing;
import io.tallystick.saga.Intervention;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the sagas under way, counts how they end, and sends the person in charge to those that are parked. Sagas are
 * added by any thread; {@link #look} is called by one.
 */
final class Watch {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final int AT_ONCE = 100;

    private final Stage stage;
    private final Map<String, Watched> open = new ConcurrentHashMap<>();
    private final Set<String> parked = new HashSet<>();

    Watch(Stage stage) {
        this.stage = stage;
    }

    record Watched(String saga, Wish wish, FlowPlay play) {}

    void add(Watched watched) {
        open.put(watched.saga(), watched);
    }

    int unfinished() {
        return open.size();
    }

    synchronized long parked() {
        return parked.size();
    }

    /** The sagas that have not ended, for a message. */
    List<String> rest() {
        return open.values().stream()
                .map(watched -> watched.wish().key() + " (" + watched.saga() + ")")
                .sorted()
                .toList();
    }

    /** Asks each orchestrator once for all its open sagas. */
    void look() {
        Map<String, List<Watched>> byOrchestrator = open.values().stream()
                .collect(Collectors.groupingBy(watched -> watched.wish().orchestrator()));
        byOrchestrator.forEach((orchestrator, sagas) -> {
            for (int from = 0; from < sagas.size(); from += AT_ONCE) {
                ask(orchestrator, sagas.subList(from, Math.min(sagas.size(), from + AT_ONCE)));
            }
        });
    }

    private void ask(String orchestrator, List<Watched> sagas) {
        List<String> ids = sagas.stream().map(Watched::saga).toList();
        List<Standing> standings;
        try {
            standings = stage.standings(orchestrator, ids);
        } catch (RuntimeException e) {
            LOG.debug("{} does not answer just now", orchestrator, e);
            return;
        }
        new ArrayList<>(standings).forEach(this::take);
    }

    private void take(Standing standing) {
        Watched watched = open.get(standing.saga());
        if (watched == null) {
            return;
        }
        boolean waits = standing.status().equals("PARKED");
        boolean waitedBefore = park(standing.saga(), waits);
        if (standing.status().equals("COMPLETED") || standing.status().equals("COMPENSATED")) {
            open.remove(standing.saga());
            stage.ended(standing.status());
        } else if (waits && waitedBefore) {
            // parked at two looks in a row: the person has had time to notice
            watched.play().helpWith(watched.wish(), standing).ifPresent(help -> intervene(watched, help));
        }
    }

    private synchronized boolean park(String saga, boolean waits) {
        return waits ? !parked.add(saga) : parked.remove(saga);
    }

    private void intervene(Watched watched, Intervention help) {
        try {
            stage.intervene(watched.wish(), watched.saga(), help);
            park(watched.saga(), false);
        } catch (RuntimeException e) {
            LOG.info("nobody could help {} just now: {}", watched.wish().key(), e.toString());
        }
    }
}
