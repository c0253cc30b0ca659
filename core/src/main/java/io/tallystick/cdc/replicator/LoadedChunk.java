package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.TableName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table, to be put between two transactions of the log.
 *
 * @param after the key after which it begins; null for the beginning of the table
 * @param upTo the key of the last row that was read; null when the table, or the wanted range, ended here
 * @param to the last key that was wanted; null for the end of the table
 * @param seen what the source has there; null when nobody wants to delete the rest
 * @param order how its keys sort; null when that cannot be told
 * @param remembered from where on the log was looked through for rows that are newer than this chunk, and were left out of it
 */
record LoadedChunk(
        TableName table,
        @Nullable List<String> after,
        List<Row> rows,
        @Nullable List<String> upTo,
        @Nullable List<String> to,
        @Nullable SeenRows seen,
        @Nullable KeyOrder order,
        Position remembered) {

    /** The last key that it speaks about; null for the end of the table. */
    @Nullable
    List<String> end() {
        return upTo == null ? to : upTo;
    }

    long weight() {
        long sum = 64;
        for (Row row : rows) {
            sum += row.weight();
        }
        return sum;
    }
}
