package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a target cannot take the rows of a table of the source.
 *
 * @param why for a person: which table, and what it lacks
 * @param mend the statement that mends it at the target; null when none is known
 * @param written for each table of the target that is to be written the columns that are
 * @param hindrance why it cannot be left out while the others flow on; null when it can
 */
public record Unfit(
        String why,
        @Nullable String mend,
        Map<TableName, List<String>> written,
        @Nullable String hindrance) {

    public Unfit {
        written = Map.copyOf(written);
    }

    /** The same of a table that cannot be left out for this reason; null for one that can. */
    public Unfit hinderedBy(@Nullable String reason) {
        return new Unfit(why, mend, written, reason);
    }
}
