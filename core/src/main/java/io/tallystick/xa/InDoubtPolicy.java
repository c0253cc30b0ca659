package io.tallystick.xa;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the prepared branches of one resource while it cannot be learned how they were decided: their decision store, or their
 * coordinator in another service, does not answer. To end them is a bet on the decision: it frees the locks, and leaves evidence.
 *
 * @param verdict how they are ended; null: they are held
 * @param after this long after an engine has seen them for the first time
 */
public record InDoubtPolicy(@Nullable Verdict verdict, Duration after) {

    /** Never guess, however long it takes: the default. */
    public static final InDoubtPolicy HOLD = new InDoubtPolicy(null, Duration.ZERO);

    public InDoubtPolicy {
        if (verdict != null && after.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("in-doubt policy " + verdict + " after " + after
                    + ": expected at least PT1S; a store that restarts is away for longer, and every bet may be lost");
        }
    }

    /** Where a lost change costs less than locks. */
    public static InDoubtPolicy rollbackAfter(Duration after) {
        return new InDoubtPolicy(Verdict.ABORT, after);
    }

    /** Where a change too many costs less than locks. */
    public static InDoubtPolicy commitAfter(Duration after) {
        return new InDoubtPolicy(Verdict.COMMIT, after);
    }
}
