package io.tallystick.examples;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a demo is.
 *
 * @param flows those that are played, in their order
 * @param faults how often each fault was injected; those decided inside a service or on a line are counted there and join at the end
 */
public record DemoCounters(Map<Flow, FlowCounters> flows, Map<Fault, Long> faults) {

    public DemoCounters {
        flows = Collections.unmodifiableMap(new TreeMap<>(flows));
        faults = Collections.unmodifiableMap(new TreeMap<>(faults));
    }

    /** All flows together. */
    public FlowCounters total() {
        return flows.values().stream().reduce(FlowCounters.NONE, FlowCounters::plus);
    }
}
