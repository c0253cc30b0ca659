package io.tallystick.cdc;

import org.jspecify.annotations.Nullable;

/**
 * What a transaction did to one row, or to a whole table.
 *
 * @param before names the row as it was: all cells, or only the key's with the others NULL. Null for INSERT, PUT and TRUNCATE, and for
 *     an UPDATE that left the key alone when the log does not repeat the old row: then {@code after} names the row
 * @param after the row as it is now; null for DELETE and TRUNCATE
 */
public record Change(
        Operation operation,
        SourceTable table,
        @Nullable Row before,
        @Nullable Row after) {

    /** The kinds of change. */
    public enum Operation {
        INSERT,
        UPDATE,
        DELETE,
        TRUNCATE,
        /** The row is so now; whether it was there before is not known. Only sources without a log say so. */
        PUT
    }

    public static Change insert(Row after) {
        return new Change(Operation.INSERT, after.table(), null, after);
    }

    public static Change update(@Nullable Row before, Row after) {
        return new Change(Operation.UPDATE, after.table(), before, after);
    }

    public static Change put(Row after) {
        return new Change(Operation.PUT, after.table(), null, after);
    }

    public static Change delete(Row before) {
        return new Change(Operation.DELETE, before.table(), before, null);
    }

    public static Change truncate(SourceTable table) {
        return new Change(Operation.TRUNCATE, table, null, null);
    }

    /** The image whose key cells name the row in the target. Null for TRUNCATE. */
    public @Nullable Row named() {
        return before == null ? after : before;
    }

    /** About how much memory this change holds, in bytes. */
    public int weight() {
        return 48 + (before == null ? 0 : before.weight()) + (after == null ? 0 : after.weight());
    }
}
