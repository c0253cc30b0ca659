package io.tallystick.cdc;

import io.tallystick.cdc.TargetChange.Verb;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes rows by batches of prepared statements into any database with a JDBC driver, with the database's own form of UPSERT
 * where it has a safe one, else by updating and inserting what was not there. MariaDB and MySQL sessions must be in UTC and in a
 * strict mode, as {@code MySqlDataSources} opens them.
 *
 * <p>An INSERT leaves the cells that are unchanged to their defaults; an UPSERT with unchanged cells only updates, because
 * there is nothing to insert. Immutable, safe for all threads.
 */
public final class BatchWriter implements RowWriter {

    private static final int ROWS_PER_BATCH = 5_000;

    private final TargetDialect dialect;
    private final ParameterBinder binder;

    public BatchWriter(TargetDialect dialect, ConversionPolicy policy) {
        this.dialect = dialect;
        this.binder = new ParameterBinder(dialect, policy);
    }

    @Override
    public int write(Connection connection, TargetTable table, Verb verb, List<TargetChange> changes)
            throws SQLException {
        Statements sql = new Statements(dialect, table);
        if (verb == Verb.TRUNCATE) {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate(sql.deleteAll());
            }
        }
        int sum = 0;
        for (List<TargetChange> alike : CellGroups.of(changes)) {
            int done = writeAlike(connection, sql, verb, alike);
            sum = sum < 0 || done < 0 ? -1 : sum + done;
        }
        return sum;
    }

    private int writeAlike(Connection connection, Statements sql, Verb verb, List<TargetChange> changes)
            throws SQLException {
        TargetChange first = changes.get(0);
        return switch (verb) {
            case INSERT -> sum(batch(connection, sql.insert(first), changes));
            case UPDATE -> sum(batch(connection, sql.update(first), changes));
            case DELETE -> sum(batch(connection, sql.delete(), changes));
            case UPSERT -> upsert(connection, sql, changes);
            case INSERT_IF_ABSENT -> insertIfAbsent(connection, sql, changes);
            case TRUNCATE -> throw new IllegalArgumentException("TRUNCATE is no change of a row");
        };
    }

    private int upsert(Connection connection, Statements sql, List<TargetChange> changes) throws SQLException {
        TargetChange first = changes.get(0);
        if (first.written().isPartial()) {
            return sum(batch(connection, sql.update(first), changes));
        }
        if (sql.hasUpsert()) {
            return countedOnlyByPostgres(batch(connection, sql.upsert(first), changes));
        }
        int[] updated = batch(connection, sql.update(first), changes);
        List<TargetChange> doubtful = new ArrayList<>();
        for (int i = 0; i < updated.length; i++) {
            if (updated[i] <= 0) {
                doubtful.add(changes.get(i));
            }
        }
        insert(connection, sql, absent(connection, sql, doubtful));
        return changes.size();
    }

    private int insertIfAbsent(Connection connection, Statements sql, List<TargetChange> changes) throws SQLException {
        if (sql.hasInsertIfAbsent()) {
            return countedOnlyByPostgres(batch(connection, sql.insertIfAbsent(changes.get(0)), changes));
        }
        List<TargetChange> missing = absent(connection, sql, changes);
        insert(connection, sql, missing);
        return missing.size();
    }

    private void insert(Connection connection, Statements sql, List<TargetChange> changes) throws SQLException {
        if (!changes.isEmpty()) {
            batch(connection, sql.insert(changes.get(0)), changes);
        }
    }

    /** MariaDB and MySQL count a row twice when they updated it, and sometimes when they found it. */
    private int countedOnlyByPostgres(int[] counts) {
        return dialect.isMySqlFamily() ? -1 : sum(counts);
    }

    private List<TargetChange> absent(Connection connection, Statements sql, List<TargetChange> changes)
            throws SQLException {
        List<TargetChange> absent = new ArrayList<>();
        Statements.Sql select = sql.select();
        try (PreparedStatement statement = connection.prepareStatement(select.text())) {
            for (TargetChange change : changes) {
                bind(statement, select, change);
                try (ResultSet rows = statement.executeQuery()) {
                    if (!rows.next()) {
                        absent.add(change);
                    }
                }
            }
        }
        return absent;
    }

    private int[] batch(Connection connection, Statements.Sql sql, List<TargetChange> changes) throws SQLException {
        int[] counts = new int[changes.size()];
        try (PreparedStatement statement = connection.prepareStatement(sql.text())) {
            for (int from = 0; from < counts.length; from += ROWS_PER_BATCH) {
                int to = Math.min(counts.length, from + ROWS_PER_BATCH);
                for (TargetChange change : changes.subList(from, to)) {
                    bind(statement, sql, change);
                    statement.addBatch();
                }
                System.arraycopy(statement.executeBatch(), 0, counts, from, to - from);
            }
        }
        return counts;
    }

    private void bind(PreparedStatement statement, Statements.Sql sql, TargetChange change) throws SQLException {
        int index = 1;
        for (int cell : sql.values()) {
            binder.bind(statement, index++, change.table(), change.written(), cell);
        }
        for (int cell : sql.keys()) {
            binder.bind(statement, index++, change.table(), change.named(), cell);
        }
    }

    private static int sum(int[] counts) {
        int sum = 0;
        for (int count : counts) {
            if (count < 0) {
                return -1;
            }
            sum += count;
        }
        return sum;
    }
}
