package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.mysql.MySqlDataSources;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads rows by key range, each range in a transaction of its own that sees one moment. For one thread. */
final class BinlogSnapshotReader implements SnapshotReader {

    private final Connection connection;
    private final Flavour flavour;

    private BinlogSnapshotReader(Connection connection, Flavour flavour) {
        this.connection = connection;
        this.flavour = flavour;
    }

    static BinlogSnapshotReader open(SourceSql sql, Flavour flavour) {
        try {
            Connection connection = MySqlDataSources.connect(sql.settings(), Map.of());
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            BinlogSnapshotReader reader = new BinlogSnapshotReader(connection, flavour);
            // a mode of the server could pad CHAR with blanks, which the log never does
            reader.execute("SET SESSION sql_mode = ''");
            return reader;
        } catch (SQLException e) {
            throw SqlErrors.translate(e, Dialect.MARIADB, false, "connecting for a snapshot");
        }
    }

    @Override
    public Chunk read(SourceTable table, @Nullable List<String> after, @Nullable List<String> last, int rows) {
        SnapshotColumns columns = new SnapshotColumns(table);
        try {
            GtidWatermark watermark = GtidWatermark.begin(connection, flavour);
            try {
                return read(table, columns, columns.query(after, last, rows), rows, watermark);
            } finally {
                execute("COMMIT");
            }
        } catch (SQLException e) {
            throw SqlErrors.translate(e, Dialect.MARIADB, false, "reading rows of " + table.name());
        }
    }

    @Override
    public Outset outset(Position read) {
        try {
            return new GtidWatermark.Before(read, GtidWatermark.branches(connection));
        } catch (SQLException e) {
            throw SqlErrors.translate(e, Dialect.MARIADB, false, "asking what is prepared");
        }
    }

    private Chunk read(SourceTable table, SnapshotColumns columns, String query, int limit, GtidWatermark watermark)
            throws SQLException {
        List<Row> rows = new ArrayList<>();
        List<String> key = null;
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            while (found.next()) {
                rows.add(row(table, found));
                key = rows.size() == limit ? key(found, table.columns().size(), columns.keySize()) : null;
            }
        }
        return new Chunk(rows, key, watermark);
    }

    private static Row row(SourceTable table, ResultSet found) throws SQLException {
        int count = table.columns().size();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 * count);
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            byte[] cell = found.getBytes(i + 1);
            lengths[i] = cell == null ? -1 : cell.length;
            bytes.writeBytes(cell == null ? new byte[0] : cell);
        }
        Row.Builder row = Row.over(table, bytes.toByteArray());
        int at = 0;
        for (int length : lengths) {
            if (length < 0) {
                row.nothing();
            } else {
                row.text(at, length);
                at += length;
            }
        }
        return row.build();
    }

    private static List<String> key(ResultSet found, int columns, int size) throws SQLException {
        List<String> key = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            key.add(found.getString(columns + i + 1));
        }
        return List.copyOf(key);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public List<String> keyOrder(SourceTable table) {
        return new SnapshotColumns(table).keyNames();
    }

    /** Bytes in hexadecimal, and days and times of one length. MariaDB's uuid sorts by its parts in another order. */
    @Override
    public boolean sortsAsText(SourceColumn column) {
        return switch (((MySqlType) column.type()).form()) {
            case BINARY, VARBINARY, DATE, DATETIME, TIMESTAMP -> true;
            default -> false;
        };
    }

    @Override
    public long estimatedRows(TableName table) {
        try {
            String rows = SourceSql.value(
                    connection,
                    "SELECT table_rows FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
                    table.schema(),
                    table.table());
            return rows.isEmpty() ? 0 : Long.parseLong(rows);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, Dialect.MARIADB, false, "estimating the rows of " + table);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException ignored) {
            // a connection that only read; the server ends what is left of it
            return;
        }
    }
}
