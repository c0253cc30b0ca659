package io.tallystick.cdc.replicator;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A table of the source whose changes are left out at one target, while its other tables flow on.
 *
 * @param table of the source
 * @param since by the target's clock
 * @param why what keeps its rows from the target
 * @param mend the statement that mends it at the target; null when none is known
 */
public record PausedTable(
        String table, Instant since, String why, @Nullable String mend) {

    /** As it is told where there is little room. */
    PausedTable shortened(int longest) {
        return new PausedTable(table, since, cut(why, longest), mend == null ? null : cut(mend, longest));
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest) + "…";
    }
}
