package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Change.Operation;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.TableName;
import org.jspecify.annotations.Nullable;

/**
 * A change of one row of the source, as a {@link RowMapper} sees it.
 *
 * @param operation INSERT, UPDATE or DELETE; PUT from a source whose tables are asked: the row is so now, whether or not it was there
 *     before. Rows of a table that is copied come as INSERT
 * @param before the row as it was; null for INSERT and PUT, and for an UPDATE that left the key alone when the log does not repeat the
 *     old row
 * @param after the row as it is; null for DELETE
 */
public record RowChange(
        Operation operation,
        TableName table,
        @Nullable RowImage before,
        @Nullable RowImage after) {

    /**
     * The change as a mapper sees it.
     *
     * @param change of a row
     * @param oldNullsCount whether NULL in the old image is a value also outside of the replica identity; PostgreSQL shows NULL there for
     *     what it does not know
     */
    public static RowChange of(Change change, boolean oldNullsCount) {
        Row before = change.before();
        Row after = change.after();
        return new RowChange(
                change.operation(),
                change.table().name(),
                before == null ? null : RowImage.of(before, oldNullsCount),
                after == null ? null : RowImage.of(after, true));
    }

    /** The row as it is, or as it was when it is gone. */
    public RowImage row() {
        return present(after == null ? before : after);
    }

    /** The image that names the row by the key that it had before this change. */
    public RowImage old() {
        return present(before == null ? after : before);
    }

    private RowImage present(@Nullable RowImage image) {
        if (image == null) {
            throw new IllegalStateException(operation + " of " + table + " is about no row");
        }
        return image;
    }
}
