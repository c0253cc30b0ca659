package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets sagas that ended longer ago than they are kept: page by page, with a pause after each that is three times as long
 * as the page took, so that it never has more than a quarter of one connection. Before a saga goes its participants
 * are told once more that it has ended: the word that was sent at its end may have been lost with an engine. Used by one thread, its
 * own in an engine.
 */
final class SagaRetention implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SagaRetention.class);
    private static final Duration FIRST_LOOK = Duration.ofMinutes(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);
    private static final Duration CLOSING = Duration.ofSeconds(5);
    private static final int PAUSE_PER_WORK = 3;

    private final SagaStore store;
    private final Retention retention;
    private final Farewells farewells;
    private final SagaMetrics metrics;
    private final InstantSource clock;
    private @Nullable SagaId after;
    private @Nullable Thread thread;
    private volatile boolean closed;

    SagaRetention(SagaStore store, Retention retention, Farewells farewells, SagaMetrics metrics, InstantSource clock) {
        this.store = store;
        this.retention = retention;
        this.farewells = farewells;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Begins to look after the sagas that engines of this lease's store have finished. */
    void start(String engine, Supplier<SagaStore.Lease> lease) {
        if (!retention.forgets()) {
            return;
        }
        Thread begun = EngineRuntime.daemon("tally-retention-" + engine + "-").newThread(() -> drive(lease));
        begun.setPriority(Thread.MIN_PRIORITY);
        begun.start();
        thread = begun;
    }

    private void drive(Supplier<SagaStore.Lease> lease) {
        try {
            EngineRuntime.pause(shorter(retention.every(), FIRST_LOOK));
            while (!closed) {
                EngineRuntime.pause(tried(lease));
            }
        } catch (InterruptedException e) {
            LOG.debug("retention ends with its engine");
        }
    }

    private Duration tried(Supplier<SagaStore.Lease> lease) {
        try {
            return step(lease.get());
        } catch (TallystickException e) {
            if (!closed) { // else it is the end of the engine that it met
                LOG.warn("finished sagas stay a while longer: {}", e.getMessage());
            }
        } catch (RuntimeException | Error e) { // thrown on, it would silently end the retention
            LOG.error("finished sagas stay a while longer", e);
        }
        after = null;
        return retention.every();
    }

    /** Forgets one page; returns how long to wait before the next. */
    Duration step(SagaStore.Lease lease) {
        Instant begun = clock.instant();
        SagaStore.Finished page = store.finished(lease, retention, after, FinishedSagas.PAGE);
        int forgotten = store.forget(told(page.sagas()));
        if (forgotten > 0) {
            metrics.forgot(forgotten);
        }
        after = page.next();
        if (after == null) {
            return retention.every();
        }
        Duration pause = Duration.between(begun, clock.instant()).multipliedBy(PAUSE_PER_WORK);
        return pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
    }

    /** Those whose participants know of the end; all or, while the channel is away, an exception. */
    private List<SagaId> told(List<SagaStore.Ended> sagas) {
        List<SagaStore.Ended> tellable =
                sagas.stream().filter(farewells::canReach).toList();
        if (tellable.size() < sagas.size()) {
            LOG.warn(
                    "{} finished sagas stay: this engine has no channel to tell their participants that they ended;"
                            + " give it one with .channel(...)",
                    sagas.size() - tellable.size());
        }
        return reached(tellable).stream().map(SagaStore.Ended::id).toList();
    }

    /** What the channel will never take stands alone: it must not keep the others. */
    private List<SagaStore.Ended> reached(List<SagaStore.Ended> sagas) {
        try {
            farewells.tell(sagas);
            return sagas;
        } catch (RejectedException e) {
            if (sagas.size() > 1) {
                return sagas.stream()
                        .flatMap(saga -> reached(List.of(saga)).stream())
                        .toList();
            }
            LOG.warn(
                    "saga {} stays: its participants cannot be told that it ended",
                    sagas.get(0).id(),
                    e);
            return List.of();
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    @Override
    public void close() {
        closed = true;
        Thread last = thread;
        if (last == null) {
            return;
        }
        last.interrupt();
        try {
            last.join(CLOSING.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
