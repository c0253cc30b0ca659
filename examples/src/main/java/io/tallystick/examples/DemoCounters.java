package io.tallystick.examples;

import java.util.Map;

/**
 * How far a demo is.
 *
 * @param started sagas that were started
 * @param completed of these, ended with every step done
 * @param compensated of these, ended with everything taken back
 * @param parked of these, waiting for a person now
 * @param interventions how often a person stepped in
 * @param faults how often each fault was injected; those decided inside a service are counted there and join at the end
 */
public record DemoCounters(
        long started, long completed, long compensated, long parked, long interventions, Map<Fault, Long> faults) {

    public DemoCounters {
        faults = Map.copyOf(faults);
    }

    /** Not yet ended. */
    public long unfinished() {
        return started - completed - compensated;
    }
}
