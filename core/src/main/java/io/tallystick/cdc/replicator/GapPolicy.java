package io.tallystick.cdc.replicator;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is done about a gap without a person. */
record GapPolicy(RunnerSettings.OnGap onGap) {

    /** Who orders a resync by the policy of the file. */
    static final String AUTOMATIC = "tallystick";
    /** What tears again and again is for a person. */
    private static final Duration AT_MOST_EVERY = Duration.ofHours(1);

    /**
     * Why the pipeline does not mend the gap by itself; empty when it does.
     *
     * @param last the last resync that was ordered
     * @param copying whether that one is still at work
     */
    String hindrance(GapException gap, @Nullable Order last, boolean copying, Instant now) {
        if (onGap == RunnerSettings.OnGap.STOP) {
            return "; tally pipeline resync --from-now begins anew";
        }
        if (gap.isOtherHistory()) {
            return "; on_gap: resync does not follow another history: see that this is the right source, then tally pipeline"
                    + " resync --from-now";
        }
        if (last == null || !last.who().equals(AUTOMATIC)) {
            return "";
        }
        if (copying || last.at().isAfter(now.minus(AT_MOST_EVERY))) {
            return "; the last automatic resync was at " + last.at()
                    + ": let the source keep more log, then tally pipeline resync --from-now";
        }
        return "";
    }
}
