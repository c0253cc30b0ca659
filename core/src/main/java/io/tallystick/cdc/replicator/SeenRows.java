package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The keys of all rows that the source has within a chunk's range, and of those that the log has touched meanwhile: a row of the target
 * in that range that is not among them is one that the source does not have any more.
 *
 * @param table as the chunk was read
 * @param order the key's columns in the order in which the range is meant
 * @param keys in the order of the key's columns in the table, each value as text
 */
record SeenRows(SourceTable table, List<String> order, Set<List<String>> keys) {

    /** @param touched keys as {@link Overtaken} has them */
    static SeenRows of(SourceTable table, List<String> order, List<Row> rows, Set<List<Object>> touched) {
        Set<List<String>> keys = new HashSet<>();
        for (List<Object> key : touched) {
            keys.add(key.stream().map(SeenRows::text).toList());
        }
        int[] cells = table.keyColumns();
        for (Row row : rows) {
            List<String> key = new ArrayList<>(cells.length);
            for (int cell : cells) {
                key.add(text(row.value(cell)));
            }
            keys.add(key);
        }
        return new SeenRows(table, order, keys);
    }

    private static String text(@org.jspecify.annotations.Nullable Object value) {
        return value instanceof Long || value instanceof BigInteger ? value.toString() : String.valueOf(value);
    }
}
