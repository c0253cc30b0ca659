package io.tallystick.mysql.cdc;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.CellGroups;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.ParameterBinder;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * Writes rows into MariaDB and MySQL by statements over many rows: INSERT with many VALUES, ON DUPLICATE KEY UPDATE where the key is
 * the table's only unique one, DELETE by a list of keys. What has no such form (updates, keys of several columns, tables with a
 * second unique key) goes as batches, which the driver pipelines. On a connection with {@code useBulkStmts=true} to MariaDB, whose
 * bulk protocol (COM_STMT_BULK_EXECUTE) is faster still, new rows go as batches too; counts of updates are unknown there. The session
 * must be in UTC and in a strict mode. Immutable, safe for all threads.
 */
public final class MySqlRowWriter implements RowWriter {

    /** Sizes of statements, so that few texts are prepared. */
    private static final int[] SIZES = {512, 64, 8, 1};

    private static final int MOST_PARAMETERS = 16_384;

    /** So many statements are on the way together. */
    private static final int MOST_AT_ONCE = 16;

    /** A quarter of MariaDB's default max_allowed_packet. */
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private final TargetDialect dialect;
    private final BatchWriter batches;
    private final ParameterBinder binder;

    public MySqlRowWriter(TargetDialect dialect, ConversionPolicy policy) {
        if (!dialect.isMySqlFamily()) {
            throw new IllegalArgumentException("expected MARIADB or MYSQL, found " + dialect + "; take its own writer");
        }
        this.dialect = dialect;
        this.batches = new BatchWriter(dialect, policy);
        this.binder = new ParameterBinder(dialect, policy);
    }

    @Override
    public int write(Connection connection, TargetTable table, Verb verb, List<TargetChange> changes)
            throws SQLException {
        if (verb == Verb.TRUNCATE) {
            return batches.write(connection, table, verb, changes);
        }
        boolean bulk = hasBulkProtocol(connection);
        int sum = 0;
        for (List<TargetChange> alike : CellGroups.of(changes)) {
            int done = (!bulk || verb != Verb.INSERT) && hasManyRowForm(table, verb, alike.get(0))
                    ? byStatements(
                            connection,
                            ManyRowStatement.of(dialect, table, verb, alike.get(0)),
                            alike,
                            bulk ? 1 : MOST_AT_ONCE)
                    : batches.write(connection, table, verb, alike);
            sum = sum < 0 || done < 0 ? -1 : sum + done;
        }
        return sum;
    }

    private boolean hasBulkProtocol(Connection connection) throws SQLException {
        return dialect == TargetDialect.MARIADB
                && connection.isWrapperFor(org.mariadb.jdbc.Connection.class)
                && connection
                        .unwrap(org.mariadb.jdbc.Connection.class)
                        .getContext()
                        .getConf()
                        .useBulkStmts();
    }

    private static boolean hasManyRowForm(TargetTable table, Verb verb, TargetChange shape) {
        return switch (verb) {
            case INSERT -> true;
            case DELETE -> table.key().size() == 1;
            // any second unique key would make ON DUPLICATE KEY UPDATE change another row
            case UPSERT -> !table.inOrder() && !shape.written().isPartial();
            case INSERT_IF_ABSENT -> !table.inOrder();
            case UPDATE, TRUNCATE -> false;
        };
    }

    /**
     * Statements of one size are sent one behind the other and their answers awaited together, which counts where the way is long. Of
     * INSERTs MariaDB's driver makes one request (COM_STMT_BULK_EXECUTE), whose rows it does not count.
     *
     * @param atOnce how many; 1 where the driver would make something else of a batch than many statements
     */
    private int byStatements(Connection connection, ManyRowStatement form, List<TargetChange> changes, int atOnce)
            throws SQLException {
        int sum = 0;
        int from = 0;
        while (from < changes.size()) {
            int rows = size(changes, from, form.cells().size());
            int to = from + rows;
            while (to - from < atOnce * rows
                    && size(changes, to, form.cells().size()) == rows
                    && weight(changes, from, to + rows - from) <= MOST_BYTES) {
                to += rows;
            }
            int done = execute(connection, form, rows, changes.subList(from, to));
            sum = sum < 0 || done < 0 ? -1 : sum + done;
            from = to;
        }
        // MariaDB and MySQL count a row twice when they updated it
        return form.verb() == Verb.INSERT || form.verb() == Verb.DELETE ? sum : -1;
    }

    /** The largest statement that the rows from here on fill; 0 when there are none. */
    private static int size(List<TargetChange> changes, int from, int cells) {
        int left = changes.size() - from;
        for (int size : SIZES) {
            if (size <= left && size * cells <= MOST_PARAMETERS && weight(changes, from, size) <= MOST_BYTES) {
                return size;
            }
        }
        return Math.min(1, left);
    }

    private static long weight(List<TargetChange> changes, int from, int size) {
        long bytes = 0;
        for (TargetChange change : changes.subList(from, from + size)) {
            bytes += (change.row() == null ? change.named() : change.row())
                    .source()
                    .weight();
        }
        return bytes;
    }

    private int execute(Connection connection, ManyRowStatement form, int rows, List<TargetChange> changes)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(form.text(rows))) {
            if (changes.size() == rows) {
                bind(statement, form, changes);
                return statement.executeUpdate();
            }
            for (int from = 0; from < changes.size(); from += rows) {
                bind(statement, form, changes.subList(from, from + rows));
                statement.addBatch();
            }
            int[] counts = statement.executeBatch();
            return Arrays.stream(counts).anyMatch(count -> count < 0)
                    ? -1
                    : Arrays.stream(counts).sum();
        }
    }

    private void bind(PreparedStatement statement, ManyRowStatement form, List<TargetChange> changes)
            throws SQLException {
        int index = 1;
        for (TargetChange change : changes) {
            for (int cell : form.cells()) {
                binder.bind(statement, index++, change.table(), form.row(change), cell);
            }
        }
    }
}
