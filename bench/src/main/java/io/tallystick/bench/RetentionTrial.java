package io.tallystick.bench;

import io.tallystick.bench.contender.Arena;
import io.tallystick.bench.contender.NoopSteps;
import io.tallystick.bench.contender.Steps;
import io.tallystick.bench.contender.Tallystick;
import io.tallystick.saga.EngineSettings;
import io.tallystick.saga.Retention;
import io.tallystick.saga.SagaMetrics;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/**
 * What it costs new sagas at 64 clients when the engine forgets old ones all the while, in rounds that take turns with an
 * engine that forgets none.
 */
final class RetentionTrial implements Trial {
    private static final int CLIENTS = 64;
    private static final long FINISHED = 300_000;
    private static final int ROUNDS = 3;
    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final Duration MEASURED = Duration.ofSeconds(8);
    /** Everything is old at once, and the next look follows the last. */
    private static final Retention GREEDY = Retention.of(Duration.ofSeconds(1)).every(Duration.ofMillis(10));

    private final Engine server;
    private final LongAdder forgotten = new LongAdder();
    private long begun;

    RetentionTrial(Engine server) {
        this.server = server;
    }

    @Override
    public String name() {
        return server == Engine.POSTGRESQL ? "retention" : "retention-mariadb";
    }

    @Override
    public List<Finding> run() throws Exception {
        try (TestDatabase database = Servers.start(server)) {
            onClients(database, Retention.forever(), clients -> {
                while (clients.begun() < FINISHED) {
                    clients.letRun(Duration.ofSeconds(1));
                }
                return 0;
            });
            List<Double> plain = new ArrayList<>();
            List<Double> forgetting = new ArrayList<>();
            for (int round = 1; round <= ROUNDS; round++) {
                plain.add(onClients(database, Retention.forever(), RetentionTrial::rate));
                forgotten.reset();
                forgetting.add(onClients(database, GREEDY, RetentionTrial::rate));
                System.err.printf(
                        Locale.ROOT,
                        "%s, round %d: %.0f sagas/s, %.0f/s while %.0f/s were forgotten%n",
                        name(),
                        round,
                        plain.get(round - 1),
                        forgetting.get(round - 1),
                        forgotten.sum() / (WARM_UP.plus(MEASURED).toMillis() / 1e3));
            }
            return List.of(judge(median(plain), median(forgetting)));
        }
    }

    private Finding judge(double plain, double forgetting) {
        double slower = 1 - forgetting / plain;
        String what = String.format(
                Locale.ROOT,
                "%s: the engine forgets old sagas as fast as it may, new ones at %d clients, %.0f/s instead of %.0f/s",
                server == Engine.POSTGRESQL ? "PostgreSQL" : "MariaDB",
                CLIENTS,
                forgetting,
                plain);
        return new Finding(
                what, "less than 20 % slower", String.format(Locale.ROOT, "%.1f %%", 100 * slower), slower < 0.2);
    }

    private static double median(List<Double> rates) {
        return rates.stream().sorted().toList().get(rates.size() / 2);
    }

    private static double rate(Clients clients) throws Exception {
        clients.letRun(WARM_UP);
        long nanos = System.nanoTime();
        clients.beginMeasuring();
        clients.letRun(MEASURED);
        long count = clients.endMeasuring().count();
        return count / ((System.nanoTime() - nanos) / 1e9);
    }

    private double onClients(TestDatabase database, Retention retention, Measurement measurement) throws Exception {
        Steps steps = new Steps(new NoopSteps());
        try (Arena arena = new Arena(database, steps, CLIENTS);
                Tallystick engine = Tallystick.open(
                        arena,
                        builder -> builder.settings(
                                        EngineSettings.named("bench").retention(retention))
                                .metrics(counting()))) {
            Clients clients = Clients.start(new Scattered(engine, begun), steps, CLIENTS);
            try {
                return measurement.on(clients);
            } finally {
                clients.stop();
                begun += clients.begun();
            }
        }
    }

    private SagaMetrics counting() {
        return new SagaMetrics() {
            @Override
            public void forgot(int sagas) {
                forgotten.add(sagas);
            }
        };
    }

    @FunctionalInterface
    private interface Measurement {
        double on(Clients clients) throws Exception;
    }
}
