package io.tallystick.postgres.cdc;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueKind;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Reads each chunk in a short REPEATABLE READ transaction of its own, which locks and writes nothing. */
final class PostgresSnapshotReader implements SnapshotReader {

    private static final String BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    private static final String SEEN = "SELECT pg_current_snapshot()::text";
    /** The number that the next transaction will get: age() counts from a number to that. */
    private static final String NEXT = """
            SELECT x, age(greatest(x % 4294967296, 3)::text::xid) AS ahead
              FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::int8 AS x) AS snapshot""";

    private static final String HIGH = "SELECT pg_current_wal_insert_lsn()::text, pg_current_wal_flush_lsn()::text";
    /** What is only inserted is not sent; an empty message makes the server flush it soon. */
    private static final String PUSH = "SELECT pg_logical_emit_message(false, 'tally', '')";

    private static final String PRIMARY_KEY = """
            SELECT a.attname::text AS name
              FROM pg_index i
              CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
             WHERE i.indrelid = ?::regclass AND i.indisprimary ORDER BY k.place""";

    private static final String IDENTITY = """
            SELECT a.attname::text AS name
              FROM pg_index i
              CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
             WHERE i.indrelid = ?::regclass AND i.indisreplident AND k.place <= i.indnkeyatts ORDER BY k.place""";

    private static final String ESTIMATE = """
            SELECT greatest(coalesce(sum(c.reltuples), 0), 0)::int8 AS rows
              FROM pg_class c
             WHERE c.oid = ?::regclass AND c.relkind = 'r'
                OR c.oid IN (SELECT relid FROM pg_partition_tree(?::regclass) WHERE isleaf)""";

    private final WalAccess access;
    private final WalPosition server;
    private final Map<SourceTable, KeyRange> ranges = new HashMap<>();
    private @Nullable Connection connection;

    PostgresSnapshotReader(WalAccess access, WalPosition server) {
        this.access = access;
        this.server = server;
    }

    @Override
    public Chunk read(SourceTable table, @Nullable List<String> after, @Nullable List<String> last, int rows) {
        try {
            Connection open = connection();
            KeyRange range = range(open, table);
            return chunk(open, range, range.copy(after, last, rows), rows);
        } catch (SQLException e) {
            close();
            throw access.failed(e, "reading a part of " + table.name() + " of " + access.name());
        }
    }

    /** Whatever the log told has a number below the next one, and is visible when nothing below that is running. */
    @Override
    public Outset outset(Position read) {
        try (Statement statement = connection().createStatement();
                ResultSet rows = statement.executeQuery(NEXT)) {
            rows.next();
            return new SnapshotMark.Numbers(rows.getLong(1) + rows.getLong(2));
        } catch (SQLException e) {
            close();
            throw access.failed(e, "asking " + access.name() + " for the next transaction's number");
        }
    }

    @Override
    public List<String> keyOrder(SourceTable table) {
        KeyRange range = range(connection(), table);
        return Arrays.stream(range.key())
                .mapToObj(cell -> table.columns().get(cell).name())
                .toList();
    }

    /** Their texts are lower-case hexadecimal digits, in the order of the bytes. */
    @Override
    public boolean sortsAsText(SourceColumn column) {
        return column.type().kind() == ValueKind.UUID || column.type().kind() == ValueKind.BYTES;
    }

    @Override
    public long estimatedRows(TableName table) {
        try {
            String name = Sql.name(table);
            return Tx.of(connection(), Dialect.POSTGRESQL)
                    .query(ESTIMATE, row -> row.longValue("rows"), name, name)
                    .get(0);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // the server ends what is left of it
                connection = null;
            }
            connection = null;
        }
    }

    private Chunk chunk(Connection open, KeyRange range, String copy, int most) throws SQLException {
        try (Statement statement = open.createStatement()) {
            statement.execute(BEGIN);
            try {
                String seen = ask(statement, SEEN);
                CopyOut out = open.unwrap(PGConnection.class).getCopyAPI().copyOut(copy);
                List<Row> rows = CopiedRows.read(out, range);
                SnapshotMark mark = SnapshotMark.of(seen, high(statement));
                return new Chunk(rows, rows.size() < most ? null : key(rows.get(rows.size() - 1), range), mark);
            } finally {
                statement.execute("COMMIT");
            }
        }
    }

    private Position high(Statement statement) throws SQLException {
        long inserted;
        boolean flushed;
        try (ResultSet rows = statement.executeQuery(HIGH)) {
            rows.next();
            inserted = Lsn.parse(rows.getString(1));
            flushed = !Lsn.isAfter(inserted, Lsn.parse(rows.getString(2)));
        }
        if (!flushed) {
            statement.execute(PUSH);
        }
        return server.at(inserted).position();
    }

    private static List<String> key(Row row, KeyRange range) {
        List<String> key = new ArrayList<>();
        for (int column : range.key()) {
            key.add(range.type(column).text(row.bytes(), row.offset(column), row.length(column), row.isText(column)));
        }
        return key;
    }

    private static String ask(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private KeyRange range(Connection open, SourceTable table) {
        KeyRange known = ranges.get(table);
        if (known != null) {
            return known;
        }
        Tx tx = Tx.of(open, Dialect.POSTGRESQL);
        List<String> names = keyOf(tx, table, IDENTITY);
        if (names.isEmpty()) {
            names = keyOf(tx, table, PRIMARY_KEY);
        }
        if (names.isEmpty()) {
            throw new RejectedException(
                    table.name() + " has no primary key, so it cannot be read part by part. Give it one: "
                            + "ALTER TABLE " + Sql.name(table.name()) + " ADD PRIMARY KEY (...)");
        }
        KeyRange range =
                new KeyRange(table, names.stream().mapToInt(table::indexOf).toArray());
        ranges.put(table, range);
        return range;
    }

    private static List<String> keyOf(Tx tx, SourceTable table, String sql) {
        return tx.query(sql, row -> row.string("name"), Sql.name(table.name()));
    }

    private Connection connection() {
        Connection open = connection;
        if (open == null) {
            open = access.ordinary();
            connection = open;
        }
        return open;
    }
}
