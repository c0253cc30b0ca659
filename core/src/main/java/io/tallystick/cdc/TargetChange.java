package io.tallystick.cdc;

import org.jspecify.annotations.Nullable;

/**
 * What is to be done to one row of a target.
 *
 * @param key the row's cells as they were, of which only those of the table's key count; null when {@code row} names itself
 * @param row the row as it is to be; null for {@link Verb#DELETE}
 */
public record TargetChange(
        TargetTable table,
        Verb verb,
        @Nullable TargetRow key,
        @Nullable TargetRow row) {

    /** What is done. */
    public enum Verb {
        /** A new row; one with this key must not be there. */
        INSERT,
        /** The row is as given afterwards, whether it was there or not. */
        UPSERT,
        /** A new row, unless one with this key is there. */
        INSERT_IF_ABSENT,
        /** The row with this key gets the cells that are not unchanged; none there: none changed. */
        UPDATE,
        /** No row with this key is there afterwards. */
        DELETE,
        /** No row at all is there afterwards. */
        TRUNCATE
    }

    /**
     * The row as it is to be.
     *
     * @throws IllegalStateException for a verb that writes none
     */
    public TargetRow written() {
        if (row == null) {
            throw new IllegalStateException(verb + " of " + table.name() + " has no row to write");
        }
        return row;
    }

    /** The row by whose key cells it is found. */
    public TargetRow named() {
        return key == null ? written() : key;
    }
}
