package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.sim.SeedTest;
import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Three services that call one another within transactions, each in two processes on databases of its own. What goes wrong in {@link
 * XaSimulationTest} goes wrong here, save that nobody interferes by hand; and between the services requests and their answers, those of phase 2 and
 * questions for decisions among them, are lost, late, doubled and out of order, calls outlive their callers' patience, no service reaches
 * another for a while, somebody turns their words round, and a replica takes the place of a database. Then all is well again, and every book
 * must balance.
 */
class XaServicesSimulationTest extends XaTrial {

    private static final int SALES = 40;

    @SeedTest(seeds = 30, soakSeeds = 4_000)
    void all_or_nothing_in_all_services_whatever_fails(Simulation sim) {
        play(XaWorld.ofThreeServices(sim));
    }

    /** Where everything is rolled back, nothing is ever wrong. */
    @SeedTest(seeds = 3, soakSeeds = 30)
    void where_nothing_fails_most_is_committed_and_nobody_is_overruled(Simulation sim) {
        XaWorld world = XaWorld.ofThreeServices(sim);
        world.peaceful = true;
        List<SimulatedSale> sales = play(world);
        List<SimulatedSale> several =
                sales.stream().filter(SimulatedSale::spansServices).toList();
        assertThat(several).hasSizeGreaterThan(10);
        assertThat(several.stream().filter(SimulatedSale::isCommitted)).hasSizeGreaterThan(several.size() / 2);
        assertThat(sales).noneMatch(SimulatedSale::wasOverruled);
    }

    private static List<SimulatedSale> play(XaWorld world) {
        List<SimulatedSale> sales = new ArrayList<>();
        for (int i = 1; i <= SALES; i++) {
            SimulatedSale sale = new SimulatedSale(world, i);
            sales.add(sale);
            world.sim.within(Duration.ZERO, TROUBLE, "sale " + i, sale::begin);
        }
        world.sim.invariant(
                "what was told to be rolled back is nowhere", () -> sales.forEach(SimulatedSale::checkWhatWasTold));
        play(world, () -> {
            sales.forEach(SimulatedSale::checkTheEnd);
            assertThat(world.stores().stream().flatMap(store -> store.heuristics(1000).stream()))
                    .as("nobody interfered, and what another process has finished in a new database is not known")
                    .allMatch(record -> record.found() == Ack.Found.UNKNOWN
                            && record.evidence().endsWith("which has taken its place"));
        });
        return sales;
    }
}
