package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a table of the source, by its key. Keys are text, one for each column of the key in its order.
 *
 * @param after the key after which it begins; null for the beginning of the table
 * @param to the last key, included; null for the end of the table
 */
public record KeySpan(
        TableName table,
        @Nullable List<String> after,
        @Nullable List<String> to) {

    /** A whole table. */
    public static KeySpan all(TableName table) {
        return new KeySpan(table, null, null);
    }

    @Override
    public String toString() {
        return table + (after == null ? "" : " after " + after) + (to == null ? "" : " up to " + to);
    }
}
