package io.tallystick.examples;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a demo runs.
 *
 * @param flows at least one
 * @param seed decides everything that chance decides
 * @param once true plays each flow's scenes once, one after the other, and tells them; false puts load on the flows
 * @param faults what may go wrong; empty for an undisturbed run
 * @param rate sagas, transactions and accounts started per second under load, over all flows
 * @param duration how long they are started under load; the run then waits until all have ended
 */
public record DemoOptions(Set<Flow> flows, long seed, boolean once, Set<Fault> faults, double rate, Duration duration) {

    /** Low enough for two cores that also run three orchestrators, twelve services, a pipeline and five database servers. */
    private static final double RATE = 10;

    public DemoOptions {
        if (flows.isEmpty()) {
            throw new IllegalArgumentException(
                    "a demo of no flow shows nothing; name at least one of transfer, points, points-2pc, groupware, shop");
        }
        if (rate <= 0 || duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(
                    "a demo of " + rate + " a second for " + duration + ": expected both above zero");
        }
        flows = Set.copyOf(flows);
        faults = Set.copyOf(faults);
    }

    /** All flows with all faults, ten sagas or transactions a second for 30 seconds. */
    public static DemoOptions load(long seed) {
        return new DemoOptions(
                EnumSet.allOf(Flow.class), seed, false, EnumSet.allOf(Fault.class), RATE, Duration.ofSeconds(30));
    }

    /** The scenes of all flows, told one after the other. */
    public static DemoOptions story(long seed) {
        return new DemoOptions(
                EnumSet.allOf(Flow.class), seed, true, EnumSet.allOf(Fault.class), RATE, Duration.ofSeconds(30));
    }
}
