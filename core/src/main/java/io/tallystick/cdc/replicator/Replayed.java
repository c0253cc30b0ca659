package io.tallystick.cdc.replicator;

import io.tallystick.jdbc.TallystickException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a replay of many changes.
 *
 * @param made how many changes were made
 * @param refused how many were refused again and go on waiting
 * @param reasons why, the most frequent first
 * @param stopped what ended it before its end, for instance a target that does not answer any more; null when it went through. What
 *     was made before stays made
 */
public record Replayed(
        int made,
        int refused,
        List<Reason> reasons,
        @Nullable TallystickException stopped) {

    /**
     * Why changes were refused again.
     *
     * @param table of the first one
     * @param changes how many were refused for this reason, with those that hang together with them
     * @param first ids of the first ones
     * @param why what was said of the first one; of others with other values
     */
    public record Reason(String table, int changes, List<Long> first, String why) {}
}
