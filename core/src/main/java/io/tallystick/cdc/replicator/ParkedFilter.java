package io.tallystick.cdc.replicator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of the changes that wait are meant.
 *
 * @param table schema.table as the quarantine has it; null for all
 * @param change how the operation begins, in capitals, such as INSERT, UNMAPPED or VOID; null for all
 */
public record ParkedFilter(@Nullable String table, @Nullable String change) {

    /** Everything that waits. */
    public static final ParkedFilter ALL = new ParkedFilter(null, null);

    String condition() {
        return " FROM tally_quarantine WHERE pipeline = ?" + (table == null ? "" : " AND table_name = ?")
                + (change == null ? "" : " AND operation LIKE ?");
    }

    @Nullable
    Object[] arguments(String pipeline) {
        List<Object> arguments = new ArrayList<>(List.of(pipeline));
        if (table != null) {
            arguments.add(table);
        }
        if (change != null) {
            arguments.add(change + "%");
        }
        return arguments.toArray();
    }
}
