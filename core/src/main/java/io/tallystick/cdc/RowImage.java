package io.tallystick.cdc;

import io.tallystick.jdbc.RejectedException;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the source, read by the names of its columns. A value has the Java type of its {@link ValueKind}; what no Java type
 * expresses (infinity, a zero date) is a {@link SpecialValue}. Messages name columns and never values. Immutable, thread-safe.
 */
public final class RowImage {

    private final Row row;
    private final boolean nullsCount;

    RowImage(Row row, boolean nullsCount) {
        this.row = row;
        this.nullsCount = nullsCount;
    }

    /** The columns of the table as it was when the change was made, in their order. */
    public List<String> columns() {
        return row.table().columns().stream().map(SourceColumn::name).toList();
    }

    /** Whether the table had this column when the change was made. */
    public boolean has(String column) {
        return row.table().indexOf(column) >= 0;
    }

    /**
     * Whether the log did not tell this cell: a long value that an update left alone, or anything but the key of an old row. Then there is
     * nothing to read.
     */
    public boolean isUnchanged(String column) {
        int at = place(column);
        return row.isUnchanged(at)
                || !nullsCount
                        && row.isNull(at)
                        && !row.table().columns().get(at).key();
    }

    /**
     * The value, or null for NULL.
     *
     * @throws RejectedException when the table has no such column, or the log did not tell it: ask {@link #isUnchanged} first
     */
    public @Nullable Object value(String column) {
        if (isUnchanged(column)) {
            throw new RejectedException(
                    "column " + column + " of " + row.table().name()
                            + " was not repeated by the log: ask isUnchanged first, or make the log repeat whole rows (PostgreSQL: ALTER TABLE "
                            + row.table().name()
                            + " REPLICA IDENTITY FULL; MariaDB, MySQL: binlog_row_image=FULL)");
        }
        return row.value(place(column));
    }

    /**
     * The value in this type, or null for NULL.
     *
     * @throws RejectedException also when the column holds another type
     */
    public <T> @Nullable T value(String column, Class<T> type) {
        Object value = value(column);
        if (value != null && !type.isInstance(value)) {
            throw new RejectedException(
                    "column " + column + " of " + row.table().name() + " holds "
                            + value.getClass().getSimpleName() + ", not " + type.getSimpleName()
                            + "; read it by value(column), or by text(column)");
        }
        return type.cast(value);
    }

    /** The value as text, or null for NULL; not for binary data. */
    public @Nullable String text(String column) {
        Object value = value(column);
        if (value instanceof byte[]) {
            throw new RejectedException("column " + column + " of "
                    + row.table().name() + " holds bytes; read it by value(column, byte[].class)");
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
                    "column " + column + " of " + row.table().name()
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
            throw new RejectedException(
                    "column " + column + " of " + row.table().name() + " holds no number");
        }
    }

    private int place(String column) {
        int at = row.table().indexOf(column);
        if (at < 0) {
            throw new RejectedException(
                    row.table().name() + " has no column " + column + "; it has " + String.join(", ", columns()));
        }
        return at;
    }

    /** Shows no values. */
    @Override
    public String toString() {
        return "a row of " + row.table().name();
    }
}
