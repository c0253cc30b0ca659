package io.tallystick.xa;

import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A network of a simulation: slow, and while there is trouble it loses requests, delivers them late, and loses answers. */
final class SimulatedWire implements Wire {

    private final XaWorld world;
    private final Simulation sim;
    private final Fibers fibers;
    private final BooleanSupplier up;
    private final double trouble;

    /** @param trouble how often a request, and how often an answer, is lost */
    SimulatedWire(XaWorld world, BooleanSupplier up, double trouble) {
        this.world = world;
        this.sim = world.sim;
        this.fibers = world.fibers;
        this.up = up;
        this.trouble = trouble;
    }

    @Override
    public <T> T call(String what, Duration budget, Supplier<T> server) {
        travel();
        if (!up.getAsBoolean()) {
            if (sim.chance(0.3)) {
                hang(budget);
            }
            throw new Lost("server is down", true);
        }
        if (lossy(what)) {
            if (sim.chance(0.5)) {
                sim.within(Duration.ofMillis(1), Duration.ofSeconds(8), "late: " + what, () -> late(server));
            }
            hang(budget);
            throw new Lost("no answer to: " + what, false);
        }
        T answer = server.get();
        travel();
        if (lossy(what) || !up.getAsBoolean()) {
            hang(budget);
            throw new Lost("answer lost: " + what, false);
        }
        return answer;
    }

    private void late(Supplier<?> server) {
        if (up.getAsBoolean()) {
            try {
                server.get();
            } catch (InMemoryDatabase.SessionGone e) {
                // too late
            }
        }
    }

    /** Half-open for a while. */
    @Override
    public void lost(Runnable notice) {
        sim.within(Duration.ZERO, Duration.ofSeconds(6), "server notices a lost connection", notice::run);
    }

    private void travel() {
        fibers.pause(
                sim.between(Duration.ofMillis(1), sim.chance(0.03) ? Duration.ofSeconds(2) : Duration.ofMillis(15)));
    }

    private void hang(Duration budget) {
        fibers.pause(sim.between(Duration.ofMillis(1), sim.chance(0.3) ? budget : Duration.ofMillis(50)));
    }

    /** The decision is lost more often than the rest: there it hurts most. */
    private boolean lossy(String what) {
        boolean decides = what.endsWith("decide") || what.equals("commit alone");
        return !world.healed() && sim.chance(decides ? 4 * trouble : trouble);
    }
}
