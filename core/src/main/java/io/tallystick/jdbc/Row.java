package io.tallystick.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The current row of a result, read by column label. A getter that does not end in {@code OrNull} (or is not {@link #text}) refuses
 * NULL, because a NULL that silently turns into 0 or false is a lost fact. Valid during {@link RowMapper#map} only.
 */
public final class Row {

    private final ResultSet rows;
    private final Dialect dialect;

    Row(ResultSet rows, Dialect dialect) {
        this.rows = rows;
        this.dialect = dialect;
    }

    /** Text that must be there. */
    public String string(String column) throws SQLException {
        return present(column, rows.getString(column));
    }

    /** Text, or null for NULL. */
    public @Nullable String text(String column) throws SQLException {
        return rows.getString(column);
    }

    public long longValue(String column) throws SQLException {
        long value = rows.getLong(column);
        refuseNull(column);
        return value;
    }

    public @Nullable Long longOrNull(String column) throws SQLException {
        long value = rows.getLong(column);
        return rows.wasNull() ? null : value;
    }

    public int intValue(String column) throws SQLException {
        int value = rows.getInt(column);
        refuseNull(column);
        return value;
    }

    public @Nullable Integer intOrNull(String column) throws SQLException {
        int value = rows.getInt(column);
        return rows.wasNull() ? null : value;
    }

    public boolean bool(String column) throws SQLException {
        boolean value = rows.getBoolean(column);
        refuseNull(column);
        return value;
    }

    /** A point in time from timestamptz (PostgreSQL) or a DATETIME(6) that holds UTC (MariaDB, MySQL). */
    public Instant instant(String column) throws SQLException {
        return present(column, dialect.readInstant(rows, column));
    }

    public @Nullable Instant instantOrNull(String column) throws SQLException {
        return dialect.readInstant(rows, column);
    }

    public byte[] bytes(String column) throws SQLException {
        return present(column, rows.getBytes(column));
    }

    public byte @Nullable [] bytesOrNull(String column) throws SQLException {
        return rows.getBytes(column);
    }

    public boolean isNull(String column) throws SQLException {
        return rows.getObject(column) == null;
    }

    private void refuseNull(String column) throws SQLException {
        if (rows.wasNull()) {
            throw nullFound(column);
        }
    }

    private static <V> V present(String column, @Nullable V value) {
        if (value == null) {
            throw nullFound(column);
        }
        return value;
    }

    private static CorruptionException nullFound(String column) {
        return new CorruptionException(
                "column " + column + " is NULL where a value was expected; read it with the nullable"
                        + " getter (text, longOrNull, instantOrNull, ...) if NULL is allowed there");
    }
}
