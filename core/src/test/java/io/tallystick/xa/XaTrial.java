package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.slf4j.LoggerFactory;

/** What simulations of two-phase commit have in common: trouble, then peace, and nothing may be left over. */
abstract class XaTrial {

    static final Duration TROUBLE = Duration.ofSeconds(30);
    private static final Duration PEACE = Duration.ofSeconds(45);
    private static final List<String> INVARIANTS = List.of(
            "I1", "no branch is committed before the decision is durable",
            "I2", "no prepared branch is rolled back after the decision",
            "I3", "a decision is ended only after all acknowledged",
            "I4", "what is decided is still prepared: an unknown write led to neither commit nor rollback",
            "I6", "no xid is used twice");

    private static final Logger ENGINES = (Logger) LoggerFactory.getLogger("io.tallystick.xa");

    /** Millions of lines about trouble that is meant; a seed that fails tells its story itself. */
    @BeforeAll
    static void quiet() {
        ENGINES.setLevel(Level.OFF);
    }

    @AfterAll
    static void asBefore() {
        ENGINES.setLevel(null);
    }

    /** @param end what must hold when all is over */
    static void play(XaWorld world, Runnable end) {
        for (int i = 0; i < INVARIANTS.size(); i += 2) {
            String name = INVARIANTS.get(i);
            world.sim.invariant(name + ": " + INVARIANTS.get(i + 1), () -> world.book.check(name));
        }
        world.trouble();
        try {
            world.sim.runFor(TROUBLE.plus(PEACE));
            nothingIsLeft(world);
            end.run();
        } finally {
            world.fibers.close();
        }
    }

    /** @param told what is answered to an application that was told "unknown" and asks */
    static void whoHeardUnknownCanLearn(Object who, boolean committed, Optional<Verdict> told) {
        if (committed) {
            assertThat(told)
                    .as("%s was told to be unknown, and was committed", who)
                    .contains(Verdict.COMMIT);
        } else {
            assertThat(told)
                    .as("%s was told to be unknown, and was not committed", who)
                    .isNotEqualTo(Optional.of(Verdict.COMMIT));
        }
    }

    private static void nothingIsLeft(XaWorld world) {
        world.databases()
                .forEach(database -> assertThat(database.prepared())
                        .as("nothing is prepared any more in %s", database.name)
                        .isEmpty());
        world.stores()
                .forEach(store -> assertThat(store.unfinishedOfAll(null, 100))
                        .as("all decisions in %s have been ended", store.name())
                        .isEmpty());
        world.engines().forEach(engine -> {
            SimulatedXaEngine.Life life = engine.life();
            assertThat(life).isNotNull();
            assertThat(life.connections())
                    .as("connections held by %s", engine.name)
                    .isZero();
            assertThat(life.engine.site().all().stream().map(c -> c + " " + c.state()))
                    .as(
                            "in flight in %s, searched: %s",
                            engine.name, life.engine.site().backlog().searched())
                    .isEmpty();
            assertThat(life.engine.site().backlog().size())
                    .as("backlog of %s", engine.name)
                    .isZero();
        });
    }
}
