package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.sim.SeedTest;
import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Three engines of one service, two of them with one node id, on four databases for a minute of virtual time with everything going wrong
 * that can: engines are killed, and freeze for longer than their lease; databases go away for longer than any time-out, and sessions are killed; requests are lost
 * and late, answers are lost, clocks jump, branches vote no, and somebody ends prepared branches by hand. Then all is well again, and every
 * book must balance.
 */
class XaSimulationTest extends XaTrial {

    private static final int TRANSACTIONS = 40;

    @SeedTest(seeds = 200, soakSeeds = 2_000)
    void all_or_nothing_whatever_fails(Simulation sim) {
        play(sim);
    }

    static void play(Simulation sim) {
        XaWorld world = XaWorld.ofOneService(sim);
        List<SimulatedTransfer> transfers = new ArrayList<>();
        sim.invariant(
                "I5, I8: what was told to be rolled back is nowhere, what was told to be committed was decided",
                () -> transfers.forEach(SimulatedTransfer::checkWhatWasTold));
        for (int i = 1; i <= TRANSACTIONS; i++) {
            SimulatedTransfer transfer = new SimulatedTransfer(world, i);
            transfers.add(transfer);
            sim.within(Duration.ZERO, TROUBLE, "transfer " + i, transfer::begin);
        }
        play(world, () -> end(world, transfers));
    }

    private static void end(XaWorld world, List<SimulatedTransfer> transfers) {
        transfers.forEach(SimulatedTransfer::checkTheEnd);
        List<BranchXid> told = world.stores().stream()
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
