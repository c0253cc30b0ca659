package io.tallystick.cdc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table, to be put between two transactions of the log.
 *
 * @param after the key after which it begins; null for the beginning of the table
 * @param upTo the key of the last row that was read; null when the table, or the wanted range, ended here
 */
record LoadedChunk(
        TableName table,
        @Nullable List<String> after,
        List<Row> rows,
        @Nullable List<String> upTo) {

    long weight() {
        long sum = 64;
        for (Row row : rows) {
            sum += row.weight();
        }
        return sum;
    }
}
