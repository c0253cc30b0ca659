package io.tallystick.examples;

import java.util.List;

/** How a demo ended. */
public record DemoReport(List<Check> checks, DemoCounters counters) {

    public DemoReport {
        checks = List.copyOf(checks);
    }

    /** Whether every check held. */
    public boolean ok() {
        return !checks.isEmpty() && checks.stream().allMatch(Check::ok);
    }
}
