package io.tallystick.cdc.replicator;

import io.tallystick.cdc.CellConverter;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.ParameterBinder;
import io.tallystick.cdc.Statements;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import io.tallystick.jdbc.RejectedException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two rows of a conflict under the same names and in the same types: those of the target's columns, in which the source's values
 * would be written. For one thread.
 */
final class ConflictRows {

    private final TargetDialect dialect;
    private final ParameterBinder binder;
    private final CellConverter converter;

    ConflictRows(TargetDialect dialect) {
        this.dialect = dialect;
        this.binder = new ParameterBinder(dialect, ConversionPolicy.standard());
        this.converter = new CellConverter(dialect, ConversionPolicy.standard());
    }

    /** The row that is to be written. */
    RowImage source(TargetChange change) {
        return new RowImage(new Written(change.table(), change.written(), converter));
    }

    /** The row that is there, locked; null when none is. */
    @Nullable
    RowImage target(Connection connection, TargetChange change) throws SQLException {
        TargetTable table = change.table();
        Statements.Sql found = new Statements(dialect, table).select();
        String columns = String.join(
                ", ",
                table.columns().stream()
                        .map(column -> dialect.quote(column.name()))
                        .toList());
        String sql = "SELECT " + columns + found.text().substring("SELECT 1".length()) + " FOR UPDATE";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int index = 1;
            for (int key : found.keys()) {
                binder.bind(statement, index++, table, change.named(), key);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new RowImage(read(row, table)) : null;
            }
        }
    }

    private Read read(ResultSet row, TargetTable table) throws SQLException {
        @Nullable Object[] values = new Object[table.columns().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(row, i + 1, table.columns().get(i).kind());
        }
        return new Read(table, values);
    }

    private @Nullable Object value(ResultSet row, int at, ValueKind kind) throws SQLException {
        String text = row.getString(at);
        if (text == null) {
            return null;
        }
        return switch (kind) {
            case BOOLEAN -> row.getBoolean(at);
            case INTEGER -> integer(row.getBigDecimal(at));
            case DECIMAL -> isWord(text) ? text : row.getBigDecimal(at);
            case FLOAT -> row.getObject(at);
            case BYTES -> row.getBytes(at);
            case DATE -> isWord(text) ? text : row.getObject(at, LocalDate.class);
            case TIMESTAMP -> isWord(text) ? text : row.getObject(at, LocalDateTime.class);
            case INSTANT ->
                isWord(text) ? text : row.getObject(at, OffsetDateTime.class).toInstant();
            case TIME -> time(row, at);
            case UUID -> java.util.UUID.fromString(text);
            default -> text;
        };
    }

    /** Infinity, a number that is none, a date of zeros: what no Java type has. */
    private static boolean isWord(String text) {
        return text.endsWith("nfinity") || text.equals("NaN") || text.startsWith("0000-00-00");
    }

    private static Object integer(BigDecimal number) {
        return number.toBigInteger().bitLength() > 63 ? number : (Object) number.longValueExact();
    }

    private Object time(ResultSet row, int at) throws SQLException {
        return dialect.isMySqlFamily()
                ? row.getObject(at, Duration.class)
                : Duration.ofNanos(row.getObject(at, LocalTime.class).toNanoOfDay());
    }

    /** Cells that stand under the names of the target's columns. */
    private interface OfTarget extends RowImage.Cells {

        TargetTable target();

        @Override
        default List<String> columns() {
            return target().columns().stream().map(TargetColumn::name).toList();
        }

        @Override
        default int indexOf(String column) {
            return columns().indexOf(column);
        }
    }

    private record Read(TargetTable target, @Nullable Object[] values) implements OfTarget {

        @Override
        public TableName table() {
            return target.name();
        }

        @Override
        public boolean isUntold(int cell) {
            return false;
        }

        @Override
        public @Nullable Object value(int cell) {
            return values[cell];
        }
    }

    private record Written(TargetTable target, TargetRow row, CellConverter converter) implements OfTarget {

        @Override
        public TableName table() {
            return row.source().table().name();
        }

        @Override
        public boolean isUntold(int cell) {
            return row.isUnchanged(cell);
        }

        @Override
        public @Nullable Object value(int cell) {
            try {
                return converter.cell(row, cell, target.columns().get(cell));
            } catch (SQLException e) {
                throw new RejectedException(
                        "column " + target.columns().get(cell).name() + " of " + target.name()
                                + " cannot hold what the source has",
                        e);
            }
        }
    }
}
