package io.tallystick.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.saga.EngineSettings;
import io.tallystick.saga.SagaEngine;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** An engine in a JVM of its own, there to be killed. */
final class EngineProcess {
    /** What it writes once it is under way. */
    static final String READY = "under way";

    private static final int THREADS = 32;
    private static final int STUCK_SAGAS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private EngineProcess() {}

    /** What it does. */
    enum Mode {
        /** Many clients run journeys until it is killed. */
        JOURNEYS,
        /** A hundred sagas wait in their first step for ever. */
        STUCK
    }

    /** The tables must be installed. */
    static ChildJvm start(TestDatabase database, Duration lease, Mode mode) {
        return CrashRunner.of(
                        EngineProcess.class,
                        database.url(),
                        database.user(),
                        database.password(),
                        lease.toString(),
                        mode.name())
                .start();
    }

    /** Runs until it is killed. */
    public static void main(String[] args) throws Exception {
        HikariDataSource pool = pool(args[0], args[1], args[2]);
        Journey journey = new Journey(pool);
        try (SagaEngine engine = SagaEngine.on(pool)
                .settings(EngineSettings.named("to be killed").lease(Duration.parse(args[3])))
                .register(journey.definition())
                .register(Journey.stuck())
                .start()) {
            if (Mode.valueOf(args[4]) == Mode.STUCK) {
                // a business key starts one saga only, and several processes may get stuck on one store
                String own = "stuck-" + ProcessHandle.current().pid() + "-";
                for (int i = 0; i < STUCK_SAGAS; i++) {
                    engine.start(Journey.stuck(), own + i, new Journey.Trip(i));
                }
            } else {
                journeys(engine, journey);
            }
            System.out.println(READY);
            new CountDownLatch(1).await();
        }
    }

    private static void journeys(SagaEngine engine, Journey journey) throws InterruptedException {
        AtomicLong number = new AtomicLong();
        CountDownLatch underWay = new CountDownLatch(500);
        for (int i = 0; i < THREADS; i++) {
            Thread client = new Thread(() -> {
                while (true) {
                    long next = number.getAndIncrement();
                    engine.run(journey.definition(), "trip-" + next, new Journey.Trip(next), PATIENCE);
                    underWay.countDown();
                }
            });
            client.setDaemon(true);
            client.start();
        }
        underWay.await();
    }

    static HikariDataSource pool(String url, String user, String password) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(20);
        return new HikariDataSource(config);
    }
}
