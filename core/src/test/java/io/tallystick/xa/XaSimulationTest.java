package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.tallystick.testkit.sim.SeedTest;
import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.slf4j.LoggerFactory;

/**
 * Three engines of one service, two of them with one node id, on four databases for a minute of virtual time with everything going wrong
 * that can: engines are killed, and freeze for longer than their lease; databases go away for longer than any time-out, and sessions are killed; requests are lost
 * and late, answers are lost, clocks jump, branches vote no, and somebody ends prepared branches by hand. Then all is well again, and every
 * book must balance.
 */
class XaSimulationTest {

    private static final Duration TROUBLE = Duration.ofSeconds(30);
    private static final Duration PEACE = Duration.ofSeconds(45);
    private static final int TRANSACTIONS = 40;
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

    static boolean healed(Simulation sim) {
        return sim.elapsed().compareTo(TROUBLE) > 0;
    }

    @SeedTest(seeds = 200, soakSeeds = 2_000)
    void all_or_nothing_whatever_fails(Simulation sim) {
        play(sim);
    }

    static void play(Simulation sim) {
        XaWorld world = new XaWorld(sim);
        List<SimulatedTransfer> transfers = new ArrayList<>();
        for (int i = 0; i < INVARIANTS.size(); i += 2) {
            String name = INVARIANTS.get(i);
            sim.invariant(name + ": " + INVARIANTS.get(i + 1), () -> world.book.check(name));
        }
        sim.invariant(
                "I5, I8: what was told to be rolled back is nowhere, what was told to be committed was decided",
                () -> transfers.forEach(SimulatedTransfer::checkWhatWasTold));
        for (int i = 1; i <= TRANSACTIONS; i++) {
            SimulatedTransfer transfer = new SimulatedTransfer(world, i);
            transfers.add(transfer);
            sim.within(Duration.ZERO, TROUBLE, "transfer " + i, transfer::begin);
        }
        world.trouble();
        try {
            sim.runFor(TROUBLE.plus(PEACE));
            end(world, transfers);
        } finally {
            world.fibers.close();
        }
    }

    private static void end(XaWorld world, List<SimulatedTransfer> transfers) {
        world.databases.forEach(database -> assertThat(database.prepared())
                .as("nothing is prepared any more in %s", database.name)
                .isEmpty());
        world.stores
                .keySet()
                .forEach(store -> assertThat(store.unfinished(Gtrid.hash("bank"), 100))
                        .as("all decisions in %s have been ended", store.name())
                        .isEmpty());
        world.engines.forEach(engine -> {
            SimulatedXaEngine.Life life = engine.life();
            assertThat(life).isNotNull();
            assertThat(life.connections())
                    .as("connections held by %s: %s", engine.name, transfers)
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
        transfers.forEach(SimulatedTransfer::checkTheEnd);
        List<BranchXid> told = world.stores.keySet().stream()
                .flatMap(store -> store.heuristics(1000).stream())
                .map(HeuristicRecord::branch)
                .toList();
        List<Integer> tellTheFate = List.of(Gtrid.hash("orders"), Gtrid.hash("mail"));
        assertThat(world.book.contradictions())
                .filteredOn(xid -> tellTheFate.contains(xid.resource()))
                .as("I9: evidence of what somebody did by hand")
                .allMatch(told::contains);
    }
}
