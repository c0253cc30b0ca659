package io.tallystick.bench;

import io.tallystick.bench.contender.Arena;
import io.tallystick.bench.contender.NoopSteps;
import io.tallystick.bench.contender.Steps;
import io.tallystick.bench.contender.Tallystick;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.saga.SagaStore;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a million finished sagas in the store cost: new sagas beside them at 64 clients, compared with an empty store before and
 * after, so that a drift of the machine shows; and finding the hundred unfinished ones of a killed engine.
 */
final class MillionTrial implements Trial {
    private static final int CLIENTS = 64;
    private static final long FINISHED = 1_000_000;
    private static final int UNFINISHED = 100;
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration MEASURED = Duration.ofSeconds(10);
    private static final Duration LEASE = Duration.ofSeconds(2);

    @Override
    public String name() {
        return "million";
    }

    @Override
    public List<Finding> run() throws Exception {
        double before = onEmptyStore();
        try (TestDatabase database = Servers.start(Engine.POSTGRESQL)) {
            double full = onFullStore(database);
            Recovery recovery = recover(database);
            double empty = (before + onEmptyStore()) / 2;
            double slower = 1 - full / empty;
            return List.of(
                    new Finding(
                            String.format(
                                    Locale.ROOT,
                                    "%,d finished sagas in the store: new ones at %d clients, %.0f/s instead of %.0f/s",
                                    FINISHED,
                                    CLIENTS,
                                    full,
                                    empty),
                            "less than 20 % slower",
                            String.format(Locale.ROOT, "%.1f %%", 100 * slower),
                            slower < 0.2),
                    new Finding(
                            String.format(
                                    Locale.ROOT,
                                    "the same store: taking over and loading %d unfinished sagas of a killed engine (%.1f ms taking over, %.1f ms loading)",
                                    UNFINISHED,
                                    recovery.takeOverMillis(),
                                    recovery.loadMillis()),
                            "under 50 ms",
                            String.format(Locale.ROOT, "%.1f ms", recovery.millis()),
                            recovery.millis() < 50));
        }
    }

    private static double onEmptyStore() throws Exception {
        try (TestDatabase database = Servers.start(Engine.POSTGRESQL)) {
            return rate(database, 0);
        }
    }

    private static double onFullStore(TestDatabase database) throws Exception {
        return rate(database, FINISHED);
    }

    /** Sagas a second, once so many have been run. */
    private static double rate(TestDatabase database, long finishedBefore) throws Exception {
        Steps steps = new Steps(new NoopSteps());
        try (Arena arena = new Arena(database, steps, CLIENTS);
                Tallystick engine = Tallystick.open(arena)) {
            Clients clients = Clients.start(engine, steps, CLIENTS);
            try {
                clients.letRun(WARM_UP);
                while (clients.begun() < finishedBefore) {
                    clients.letRun(Duration.ofSeconds(1));
                }
                long nanos = System.nanoTime();
                clients.beginMeasuring();
                clients.letRun(MEASURED);
                long count = clients.endMeasuring().count();
                return count / ((System.nanoTime() - nanos) / 1e9);
            } finally {
                clients.stop();
            }
        }
    }

    private static Recovery recover(TestDatabase database) throws Exception {
        try (ChildJvm child = EngineProcess.start(database, LEASE, EngineProcess.Mode.STUCK)) {
            child.awaitOutput(EngineProcess.READY, Duration.ofSeconds(30));
            child.kill();
        }
        Pause.of(LEASE.plusSeconds(1));
        try (Arena arena = new Arena(database, new Steps(new NoopSteps()), 1);
                SagaStore store = SagaStore.of(Jdbc.on(arena.pool(2)))) {
            SagaStore.Lease lease = store.join("recovery", Duration.ofSeconds(30));
            long begin = System.nanoTime();
            int taken = store.takeOver(lease);
            long between = System.nanoTime();
            int loaded = store.mine(lease, null, 500).size();
            long end = System.nanoTime();
            if (taken != UNFINISHED || loaded != UNFINISHED) {
                throw new IllegalStateException(
                        "expected " + UNFINISHED + " unfinished sagas, took over " + taken + " and loaded " + loaded);
            }
            return new Recovery((between - begin) / 1e6, (end - between) / 1e6);
        }
    }

    private record Recovery(double takeOverMillis, double loadMillis) {
        double millis() {
            return takeOverMillis + loadMillis;
        }
    }
}
