package io.tallystick.cdc;

import org.jspecify.annotations.Nullable;

/**
 * One image of a row, its cells as the log wrote them. A cell is a value, NULL, or unchanged: the log did not repeat it
 * (an untouched TOAST value, a column that a minimal row image leaves out). Immutable by agreement: nobody writes to the
 * arrays. Safe for all threads.
 */
public final class Row {

    private static final int NULL = -1;
    private static final int UNCHANGED = -2;

    private final SourceTable table;
    private final byte[] bytes;
    /** For each cell its offset, as −1 − offset when the cell is text, and its length, NULL or UNCHANGED. */
    private final int[] cells;

    private Row(SourceTable table, byte[] bytes, int[] cells) {
        this.table = table;
        this.bytes = bytes;
        this.cells = cells;
    }

    /** Collects the cells of a row over bytes that belong to the row alone. */
    public static Builder over(SourceTable table, byte[] bytes) {
        return new Builder(table, bytes);
    }

    public SourceTable table() {
        return table;
    }

    public int size() {
        return cells.length / 2;
    }

    public boolean isNull(int cell) {
        return cells[2 * cell + 1] == NULL;
    }

    /** Whether the log left this cell out; the row keeps what it has. */
    public boolean isUnchanged(int cell) {
        return cells[2 * cell + 1] == UNCHANGED;
    }

    /** Whether any cell is unchanged, so that the row cannot be inserted. */
    public boolean isPartial() {
        for (int i = 1; i < cells.length; i += 2) {
            if (cells[i] == UNCHANGED) {
                return true;
            }
        }
        return false;
    }

    /** Whether the log wrote this cell in the type's text form. */
    public boolean isText(int cell) {
        return cells[2 * cell] < 0;
    }

    /** The bytes in which the cells lie. Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    public int offset(int cell) {
        int at = cells[2 * cell];
        return at < 0 ? -1 - at : at;
    }

    /** The number of the cell's bytes; meaningless for a cell without value. */
    public int length(int cell) {
        return cells[2 * cell + 1];
    }

    /**
     * The cell's value in the Java type of its kind, or null for NULL.
     *
     * @throws IllegalStateException when the cell is unchanged: there is no value to give
     */
    public @Nullable Object value(int cell) {
        if (isNull(cell)) {
            return null;
        }
        if (isUnchanged(cell)) {
            throw new IllegalStateException(
                    "column " + table.columns().get(cell).name() + " of " + table.name()
                            + " was not repeated by the log; check isUnchanged first");
        }
        return table.columns().get(cell).type().value(bytes, offset(cell), length(cell), isText(cell));
    }

    /**
     * This image with the cells that it left out taken from an earlier image of the same row.
     *
     * @param earlier of the same table object
     */
    public Row onto(Row earlier) {
        if (!isPartial()) {
            return this;
        }
        byte[] both = new byte[bytes.length + earlier.bytes.length];
        System.arraycopy(bytes, 0, both, 0, bytes.length);
        System.arraycopy(earlier.bytes, 0, both, bytes.length, earlier.bytes.length);
        int[] joined = cells.clone();
        for (int i = 0; i < joined.length; i += 2) {
            if (joined[i + 1] == UNCHANGED) {
                int at = earlier.cells[i];
                joined[i] = at < 0 ? at - bytes.length : at + bytes.length;
                joined[i + 1] = earlier.cells[i + 1];
            }
        }
        return new Row(table, both, joined);
    }

    /** About how much memory this row holds, in bytes. */
    public int weight() {
        return bytes.length + 4 * cells.length + 64;
    }

    /** Collects cells from left to right. For one thread and one row. */
    public static final class Builder {

        private final SourceTable table;
        private final byte[] bytes;
        private final int[] cells;
        private int filled;

        private Builder(SourceTable table, byte[] bytes) {
            this.table = table;
            this.bytes = bytes;
            this.cells = new int[2 * table.columns().size()];
        }

        public Builder value(int offset, int length) {
            return put(offset, length);
        }

        public Builder text(int offset, int length) {
            return put(-1 - offset, length);
        }

        public Builder nothing() {
            return put(0, NULL);
        }

        public Builder unchanged() {
            return put(0, UNCHANGED);
        }

        /** @throws IllegalStateException when a cell of the table is missing */
        public Row build() {
            if (filled != cells.length) {
                throw new IllegalStateException(
                        table.name() + " has " + cells.length / 2 + " columns, the row has " + filled / 2 + " cells");
            }
            return new Row(table, bytes, cells);
        }

        private Builder put(int offset, int length) {
            cells[filled++] = offset;
            cells[filled++] = length;
            return this;
        }
    }
}
