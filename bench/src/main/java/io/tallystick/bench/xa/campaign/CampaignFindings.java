package io.tallystick.bench.xa.campaign;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a campaign found.
 *
 * @param checks of the last comparison, or of the first that failed
 * @param faults how many of each kind had been done by then
 * @param answers how often clients were told what
 * @param numbers what else is of interest, by name
 * @param rests how long each rest took until nothing was in doubt, from the moment when everything ran again
 */
public record CampaignFindings(
        CampaignOptions options,
        List<Check> checks,
        Map<String, Integer> faults,
        Map<String, Integer> answers,
        Map<String, String> numbers,
        List<Duration> rests) {

    public boolean holds() {
        return checks.stream().allMatch(Check::holds);
    }

    /** The longest rest. */
    public Duration longestRest() {
        return rests.stream().max(Duration::compareTo).orElse(Duration.ZERO);
    }

    int faultsDone() {
        return faults.values().stream().mapToInt(Integer::intValue).sum();
    }
}
