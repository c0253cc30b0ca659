package io.tallystick.examples.play;

import io.tallystick.examples.Fault;
import io.tallystick.examples.service.Orchestrator.Standing;
import io.tallystick.saga.Intervention;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Customers who start sagas, and the person in charge: watches the sagas under way, counts how they end, and steps in where
 * one is parked.
 */
final class SagaCrowd implements Crowd {

    private static final Logger LOG = LoggerFactory.getLogger(SagaCrowd.class);
    private static final int AT_ONCE = 100;

    private final SagaPlay play;
    private final Stage stage;
    private final Sagas sagas;
    private final Map<String, Wish> open = new ConcurrentHashMap<>();
    private final Set<String> parked = new HashSet<>();

    SagaCrowd(SagaPlay play, Stage stage) {
        this.play = play;
        this.stage = stage;
        this.sagas = stage.sagas();
    }

    @Override
    public void ask(SplittableRandom chance, Set<Fault> faults, int number) {
        Wish wish = play.wish(stage, chance, faults, number);
        open.put(sagas.start(wish), wish);
        if (wish.fault() != null) {
            stage.injected(wish.fault(), wish.key());
        }
    }

    /** Asks each orchestrator once for all its open sagas. */
    @Override
    public void look() {
        Map<String, List<String>> byOrchestrator = open.entrySet().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getValue().orchestrator(),
                        Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
        byOrchestrator.forEach((orchestrator, ids) -> {
            for (int from = 0; from < ids.size(); from += AT_ONCE) {
                ask(orchestrator, ids.subList(from, Math.min(ids.size(), from + AT_ONCE)));
            }
        });
    }

    @Override
    public synchronized long parked() {
        return parked.size();
    }

    @Override
    public List<String> rest() {
        return open.entrySet().stream()
                .map(entry -> entry.getValue().key() + " (" + entry.getKey() + ")")
                .sorted()
                .toList();
    }

    private void ask(String orchestrator, List<String> ids) {
        List<Standing> standings;
        try {
            standings = sagas.standings(orchestrator, ids);
        } catch (RuntimeException e) {
            LOG.debug("{} does not answer just now", orchestrator, e);
            return;
        }
        new ArrayList<>(standings).forEach(this::take);
    }

    private void take(Standing standing) {
        Wish wish = open.get(standing.saga());
        if (wish == null) {
            return;
        }
        boolean waits = standing.status().equals("PARKED");
        boolean waitedBefore = park(standing.saga(), waits);
        if (standing.status().equals("COMPLETED") || standing.status().equals("COMPENSATED")) {
            open.remove(standing.saga());
            sagas.ended(standing.status());
        } else if (waits && waitedBefore) {
            // parked at two looks in a row: the person has had time to notice
            play.helpWith(wish, standing).ifPresent(help -> intervene(standing.saga(), wish, help));
        }
    }

    private synchronized boolean park(String saga, boolean waits) {
        return waits ? !parked.add(saga) : parked.remove(saga);
    }

    private void intervene(String saga, Wish wish, Intervention help) {
        try {
            sagas.intervene(wish, saga, help);
            park(saga, false);
        } catch (RuntimeException e) {
            LOG.info("nobody could help {} just now: {}", wish.key(), e.toString());
        }
    }
}
