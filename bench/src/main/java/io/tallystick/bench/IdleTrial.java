package io.tallystick.bench;

import io.tallystick.bench.contender.Arena;
import io.tallystick.bench.contender.NoopSteps;
import io.tallystick.bench.contender.Steps;
import io.tallystick.bench.contender.Tallystick;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How much of one processor an engine uses that has nothing to do, here and in the database. */
final class IdleTrial implements Trial {
    private static final int SAGAS_BEFORE = 2_000;
    private static final Duration CALM = Duration.ofSeconds(5);
    private static final Duration MEASURED = Duration.ofSeconds(20);

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public List<Finding> run() throws Exception {
        try (TestDatabase database = Servers.start(Engine.POSTGRESQL);
                Arena arena = new Arena(database, new Steps(new NoopSteps()), 1)) {
            double alone = rest(database).server();
            try (Tallystick engine = Tallystick.open(arena)) {
                for (long saga = 0; saga < SAGAS_BEFORE; saga++) {
                    engine.run(saga);
                }
                Pause.of(CALM);
                Shares idle = rest(database);
                return List.of(
                        finding("idle engine, share of one processor: its JVM", idle.jvm()),
                        finding(
                                "idle engine, share of one processor: PostgreSQL (" + percent(alone) + " without it)",
                                idle.server()));
            }
        }
    }

    private static Shares rest(TestDatabase database) throws InterruptedException {
        Duration jvm = ProcessTime.ofThisJvm();
        Duration server = ProcessTime.of(database.pid());
        Pause.of(MEASURED);
        return new Shares(share(jvm, ProcessTime.ofThisJvm()), share(server, ProcessTime.of(database.pid())));
    }

    private static double share(Duration before, Duration after) {
        return (double) after.minus(before).toNanos() / MEASURED.toNanos();
    }

    private static Finding finding(String what, double share) {
        return new Finding(what, "under 1 %", percent(share), share < 0.01);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    private record Shares(double jvm, double server) {}
}
