package io.tallystick.cdc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table, to be put between two transactions of the log.
 *
 * @param upTo the key of the last row that was read; null when the table, or the wanted range, ended here
 */
record LoadedChunk(
        TableName table, List<Row> rows, @Nullable List<String> upTo) {

    long weight() {
        long sum = 64;
        for (Row row : rows) {
            sum += row.weight();
        }
        return sum;
    }
}
