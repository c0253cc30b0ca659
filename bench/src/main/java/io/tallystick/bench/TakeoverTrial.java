package io.tallystick.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.saga.EngineSettings;
import io.tallystick.saga.SagaEngine;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Kills an engine that works for 32 clients and looks how long its sagas stand still, and whether their effects are right. */
final class TakeoverTrial implements Trial {
    private static final int KILLS = 5;
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final Duration ALLOWED = LEASE.plusSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "takeover";
    }

    @Override
    public List<Finding> run() throws Exception {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < KILLS; i++) {
            outcomes.add(killOne());
        }
        double slowest = outcomes.stream().mapToDouble(Outcome::seconds).max().orElse(0);
        long sagas = outcomes.stream()
                .mapToLong(outcome -> outcome.effects().sagas())
                .sum();
        long inFlight = outcomes.stream().mapToLong(Outcome::inFlight).sum();
        long twice = outcomes.stream()
                .mapToLong(outcome ->
                        outcome.effects().bookings() - outcome.effects().operations())
                .sum();
        boolean right = outcomes.stream().allMatch(outcome -> outcome.effects().complete());
        return List.of(
                new Finding(
                        KILLS + " times kill -9 of an engine, lease " + LEASE.toSeconds() + " s: until the last of its "
                                + inFlight + " sagas in flight had ended on the other engine, slowest",
                        "within " + ALLOWED.toSeconds() + " s",
                        String.format(Locale.ROOT, "%.1f s", slowest),
                        slowest <= ALLOWED.toSeconds()),
                new Finding(
                        "the same: of " + sagas
                                + " sagas every local effect exactly once, every call at least once (called again under the same key: "
                                + twice + ")",
                        "nothing lost",
                        right ? "nothing lost" : outcomes.toString(),
                        right));
    }

    private static Outcome killOne() throws Exception {
        try (TestDatabase database = Servers.start(Engine.POSTGRESQL);
                HikariDataSource pool = EngineProcess.pool(database.url(), database.user(), database.password())) {
            Schema.of(Jdbc.on(pool)).install();
            database.execute(Journey.SCHEMA.toArray(String[]::new));
            Journey journey = new Journey(pool);
            try (SagaEngine survivor = SagaEngine.on(pool)
                            .settings(EngineSettings.named("survivor").lease(LEASE))
                            .register(journey.definition())
                            .register(Journey.stuck())
                            .start();
                    ChildJvm child = EngineProcess.start(database, LEASE, EngineProcess.Mode.JOURNEYS)) {
                child.awaitOutput(EngineProcess.READY, PATIENCE);
                child.kill();
                long killed = System.nanoTime();
                long inFlight = unfinished(pool);
                while (unfinished(pool) > 0) {
                    if (System.nanoTime() - killed > PATIENCE.toNanos()) {
                        throw new IllegalStateException(unfinished(pool) + " sagas still stand still " + PATIENCE
                                + " after the kill; the survivor holds " + survivor.live());
                    }
                    Pause.of(Duration.ofMillis(20));
                }
                return new Outcome((System.nanoTime() - killed) / 1e9, inFlight, journey.effects());
            }
        }
    }

    private static long unfinished(HikariDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM tally_saga WHERE owner IS NOT NULL")) {
            row.next();
            return row.getLong(1);
        }
    }

    private record Outcome(double seconds, long inFlight, Journey.Effects effects) {}
}
