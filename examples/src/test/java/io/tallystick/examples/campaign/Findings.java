package io.tallystick.examples.campaign;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoCounters;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a campaign found.
 *
 * @param checks every statement about the books
 * @param counters sagas and how they ended
 * @param kills by kind
 * @param longest by kind, the longest time from a kill to the next saga that ended
 * @param numbers what else was counted, by its name
 * @param took from the first saga to the last check
 */
record Findings(
        List<Check> checks,
        DemoCounters counters,
        Map<Target.Kind, Integer> kills,
        Map<Target.Kind, Progress.Longest> longest,
        Map<String, Long> numbers,
        Duration took) {

    boolean ok() {
        return !checks.isEmpty() && checks.stream().allMatch(Check::ok);
    }
}
