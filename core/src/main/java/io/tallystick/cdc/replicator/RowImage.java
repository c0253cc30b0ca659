package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SpecialValue;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.ValueText;
import io.tallystick.jdbc.RejectedException;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row, read by the names of its columns. A value has the Java type of its {@link ValueKind}; what no Java type expresses (infinity, a
 * zero date) is a {@link SpecialValue}. Messages name columns and never values. Thread-safe.
 */
public final class RowImage {

    private final Cells cells;

    RowImage(Cells cells) {
        this.cells = cells;
    }

    /** Where the values are. */
    interface Cells {

        /** Whose log is to repeat whole rows. */
        TableName table();

        List<String> columns();

        /** The place of a column, or −1. */
        int indexOf(String column);

        boolean isUntold(int cell);

        @Nullable
        Object value(int cell);
    }

    /** A row of the log; {@code nullsCount} says whether NULL is a value also outside of the replica identity. */
    static RowImage of(Row row, boolean nullsCount) {
        return new RowImage(new LogCells(row, nullsCount));
    }

    private record LogCells(Row row, boolean nullsCount) implements Cells {

        @Override
        public TableName table() {
            return row.table().name();
        }

        @Override
        public List<String> columns() {
            return row.table().columns().stream().map(SourceColumn::name).toList();
        }

        @Override
        public int indexOf(String column) {
            return row.table().indexOf(column);
        }

        @Override
        public boolean isUntold(int cell) {
            return row.isUnchanged(cell)
                    || !nullsCount
                            && row.isNull(cell)
                            && !row.table().columns().get(cell).key();
        }

        @Override
        public @Nullable Object value(int cell) {
            return row.value(cell);
        }
    }

    /** Its columns, in the order of the table; those that a table of the source had when the change was made. */
    public List<String> columns() {
        return cells.columns();
    }

    /** Whether it has this column. */
    public boolean has(String column) {
        return cells.indexOf(column) >= 0;
    }

    /**
     * Whether the log did not tell this cell: a long value that an update left alone, or anything but the key of an old row. Then there is
     * nothing to read.
     */
    public boolean isUnchanged(String column) {
        return cells.isUntold(place(column));
    }

    /**
     * The value, or null for NULL.
     *
     * @throws RejectedException when the table has no such column, or the log did not tell it: ask {@link #isUnchanged} first
     */
    public @Nullable Object value(String column) {
        if (isUnchanged(column)) {
            throw new RejectedException("column " + column + " of " + cells.table()
                    + " was not repeated by the log: ask isUnchanged first, or make the log repeat whole rows (PostgreSQL: ALTER TABLE "
                    + cells.table()
                    + " REPLICA IDENTITY FULL; MariaDB, MySQL: binlog_row_image=FULL)");
        }
        return cells.value(place(column));
    }

    /**
     * The value in this type, or null for NULL.
     *
     * @throws RejectedException also when the column holds another type
     */
    public <T> @Nullable T value(String column, Class<T> type) {
        Object value = value(column);
        if (value != null && !type.isInstance(value)) {
            throw new RejectedException("column " + column + " of " + cells.table() + " holds "
                    + value.getClass().getSimpleName() + ", not " + type.getSimpleName()
                    + "; read it by value(column), or by text(column)");
        }
        return type.cast(value);
    }

    /** The value as text, or null for NULL; not for binary data. */
    public @Nullable String text(String column) {
        Object value = value(column);
        if (value instanceof byte[]) {
            throw new RejectedException("column " + column + " of " + cells.table()
                    + " holds bytes; read it by value(column, byte[].class)");
        }
        return value == null ? null : ValueText.plain(value);
    }

    /**
     * A whole number, or null for NULL.
     *
     * @throws RejectedException also when it is no number, or none that a long holds
     */
    public @Nullable Long integer(String column) {
        BigDecimal number = decimal(column);
        try {
            return number == null ? null : number.longValueExact();
        } catch (ArithmeticException e) {
            throw new RejectedException(
                    "column " + column + " of " + cells.table()
                            + " holds a number that is no long; read it by decimal(column)",
                    e);
        }
    }

    /**
     * A number, or null for NULL.
     *
     * @throws RejectedException also when it is none
     */
    public @Nullable BigDecimal decimal(String column) {
        Object value = value(column);
        try {
            return value == null ? null : new BigDecimal(ValueText.plain(value));
        } catch (NumberFormatException e) {
            throw new RejectedException("column " + column + " of " + cells.table() + " holds no number");
        }
    }

    private int place(String column) {
        int at = cells.indexOf(column);
        if (at < 0) {
            throw new RejectedException(
                    cells.table() + " has no column " + column + "; it has " + String.join(", ", columns()));
        }
        return at;
    }

    /** Shows no values. */
    @Override
    public String toString() {
        return "a row of " + cells.table();
    }
}
