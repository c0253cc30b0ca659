package io.tallystick.cdc;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Binds cells as each database takes them without loss. Immutable, safe for all threads. */
public final class ParameterBinder {

    private final TargetDialect dialect;
    private final CellConverter converter;

    public ParameterBinder(TargetDialect dialect, ConversionPolicy policy) {
        this.dialect = dialect;
        this.converter = new CellConverter(dialect, policy);
    }

    /**
     * Binds one cell of a row of this table, which is not an unchanged one.
     *
     * @throws java.sql.SQLDataException when the policy refuses the value
     */
    public void bind(PreparedStatement statement, int index, TargetTable table, TargetRow row, int cell)
            throws SQLException {
        TargetColumn column = table.columns().get(cell);
        bind(statement, index, converter.cell(row, cell, column), column);
    }

    private void bind(PreparedStatement statement, int index, @Nullable Object value, TargetColumn column)
            throws SQLException {
        if (value == null) {
            statement.setNull(index, dialect == TargetDialect.POSTGRESQL ? Types.NULL : column.jdbcType());
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else if (dialect == TargetDialect.POSTGRESQL) {
            // a text of no declared type is read by the server as the column's own type, whatever that is
            statement.setObject(index, ValueText.postgres(value), Types.OTHER);
        } else if (dialect.isMySqlFamily()) {
            bindMySql(statement, index, value, column);
        } else {
            bindStandard(statement, index, value);
        }
    }

    private static void bindMySql(PreparedStatement statement, int index, Object value, TargetColumn column)
            throws SQLException {
        if (column.kind() == ValueKind.BITS && value instanceof String bits) {
            // as bytes it could be written, and would be found by no comparison
            statement.setBigDecimal(index, new BigDecimal(ValueText.number(bits)));
        } else if (!bindNumber(statement, index, value)) {
            // MariaDB and MySQL read times from text exactly, in the column's own precision
            statement.setString(index, ValueText.mySql(value));
        }
    }

    private static void bindStandard(PreparedStatement statement, int index, Object value) throws SQLException {
        if (value instanceof Boolean truth) {
            statement.setBoolean(index, truth);
        } else if (value instanceof Instant instant) {
            statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
        } else if (value instanceof Duration span) {
            bindTime(statement, index, span);
        } else if (value instanceof SpecialValue special) {
            statement.setString(index, ValueText.word(special));
        } else if (!bindNumber(statement, index, value)) {
            statement.setObject(index, value);
        }
    }

    private static void bindTime(PreparedStatement statement, int index, Duration span) throws SQLException {
        if (span.isNegative() || span.toHours() >= 24) {
            statement.setString(index, ValueText.plain(span));
        } else {
            statement.setObject(index, LocalTime.ofNanoOfDay(span.toNanos()));
        }
    }

    private static boolean bindNumber(PreparedStatement statement, int index, Object value) throws SQLException {
        if (value instanceof Long || value instanceof Integer || value instanceof Short) {
            statement.setLong(index, ((Number) value).longValue());
        } else if (value instanceof BigDecimal decimal) {
            statement.setBigDecimal(index, decimal);
        } else if (value instanceof Float number) {
            statement.setFloat(index, number);
        } else if (value instanceof Double number) {
            statement.setDouble(index, number);
        } else {
            return false;
        }
        return true;
    }
}
