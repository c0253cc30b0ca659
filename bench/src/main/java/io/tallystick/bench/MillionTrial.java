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
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a million finished sagas in the store cost: new sagas beside them at 64 clients, in rounds that take turns with an
 * empty store, so that a drift of the machine meets both; and finding the hundred unfinished ones of a killed engine,
 * three times. The
 * business keys are scattered, as those of customers are: keys that count upwards would spare the largest index. The full
 * store is vacuumed and analysed before, as one that has grown over months would be.
 */
final class MillionTrial implements Trial {
    private static final int CLIENTS = 64;
    private static final long FINISHED = 1_000_000;
    private static final int UNFINISHED = 100;
    private static final int ROUNDS = 3;
    private static final int KILLS = 3;
    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final Duration MEASURED = Duration.ofSeconds(8);
    private static final Duration LEASE = Duration.ofSeconds(2);

    /** Sagas begun so far: a key is used once. */
    private long begun;

    @Override
    public String name() {
        return "million";
    }

    @Override
    public List<Finding> run() throws Exception {
        try (TestDatabase full = Servers.start(Engine.POSTGRESQL);
                TestDatabase empty = Servers.start(Engine.POSTGRESQL)) {
            fill(full);
            List<Double> onFull = new ArrayList<>();
            List<Double> onEmpty = new ArrayList<>();
            for (int round = 1; round <= ROUNDS; round++) {
                try (TestDatabase fresh = empty.createDatabase()) {
                    onEmpty.add(rate(fresh));
                }
                onFull.add(rate(full));
                System.err.printf(
                        Locale.ROOT,
                        "million, round %d: %.0f sagas/s on an empty store, %.0f/s on the full one%n",
                        round,
                        onEmpty.get(round - 1),
                        onFull.get(round - 1));
            }
            List<Recovery> recoveries = new ArrayList<>();
            for (int kill = 1; kill <= KILLS; kill++) {
                recoveries.add(recover(full));
            }
            return List.of(cost(median(onFull), median(onEmpty)), found(recoveries));
        }
    }

    private static Finding cost(double onFull, double onEmpty) {
        double slower = 1 - onFull / onEmpty;
        String what = String.format(
                Locale.ROOT,
                "%,d finished sagas in the store: new ones at %d clients, %.0f/s instead of %.0f/s",
                FINISHED,
                CLIENTS,
                onFull,
                onEmpty);
        return new Finding(
                what, "less than 20 % slower", String.format(Locale.ROOT, "%.1f %%", 100 * slower), slower < 0.2);
    }

    private static Finding found(List<Recovery> recoveries) {
        Recovery slowest = Collections.max(recoveries, Comparator.comparingDouble(Recovery::millis));
        String what = String.format(
                Locale.ROOT,
                "the same store: taking over and loading %d unfinished sagas of a killed engine, the slowest of %s",
                UNFINISHED,
                recoveries);
        return new Finding(
                what, "under 50 ms", String.format(Locale.ROOT, "%.1f ms", slowest.millis()), slowest.millis() < 50);
    }

    private static double median(List<Double> rates) {
        return rates.stream().sorted().toList().get(rates.size() / 2);
    }

    private void fill(TestDatabase database) throws Exception {
        onClients(database, clients -> {
            while (clients.begun() < FINISHED) {
                clients.letRun(Duration.ofSeconds(1));
            }
            return 0;
        });
        database.execute("VACUUM ANALYZE", "CHECKPOINT");
    }

    /** Sagas a second. */
    private double rate(TestDatabase database) throws Exception {
        return onClients(database, clients -> {
            clients.letRun(WARM_UP);
            long nanos = System.nanoTime();
            clients.beginMeasuring();
            clients.letRun(MEASURED);
            long count = clients.endMeasuring().count();
            return count / ((System.nanoTime() - nanos) / 1e9);
        });
    }

    private double onClients(TestDatabase database, Measurement measurement) throws Exception {
        Steps steps = new Steps(new NoopSteps());
        try (Arena arena = new Arena(database, steps, CLIENTS);
                Tallystick engine = Tallystick.open(arena)) {
            Clients clients = Clients.start(new Scattered(engine, begun), steps, CLIENTS);
            try {
                return measurement.on(clients);
            } finally {
                clients.stop();
                begun += clients.begun();
            }
        }
    }

    @FunctionalInterface
    private interface Measurement {
        double on(Clients clients) throws Exception;
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

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f + %.1f ms", takeOverMillis, loadMillis);
        }
    }
}
