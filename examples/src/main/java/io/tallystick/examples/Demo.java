package io.tallystick.examples;

import java.util.List;
import java.util.Map;

/** Runs the reference flows with their faults and checks the books. */
public final class Demo {

    private Demo() {}

    /**
     * Starts databases and services, runs, checks, and leaves nothing behind. Blocks until the end; when the thread is
     * interrupted, everything is taken down and the interrupt flag is set.
     */
    public static DemoReport run(DemoOptions options, DemoListener listener) {
        listener.begun("The flows are being written");
        Check nothing = new Check("the flows ran", false, options.flows().toString(), "nothing yet");
        listener.checked(nothing);
        return new DemoReport(List.of(nothing), new DemoCounters(0, 0, 0, 0, 0, Map.of()));
    }
}
