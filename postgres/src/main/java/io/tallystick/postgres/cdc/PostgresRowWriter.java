package io.tallystick.postgres.cdc;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.CellConverter;
import io.tallystick.cdc.CellGroups;
import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.postgres.type.PgType;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.ToLongFunction;

/**
 * Writes rows into PostgreSQL by the thousand: new rows by COPY, updates and upserts by a statement over an array of the table's
 * row type, deletes by an array of keys. All in binary; a cell whose source has the same type is copied byte for byte. A few rows,
 * and rows with a value that has no binary form here, go as batches of statements in text. One writer for one target and one
 * thread at a time.
 */
public final class PostgresRowWriter implements RowWriter {

    /** Below this, batches of statements cost less than the planning of one statement over many rows. */
    private static final int FEW = 10;

    private static final int ROWS_AT_ONCE = 5_000;

    private final CellConverter converter;
    private final BatchWriter batches;
    private final ToLongFunction<ColumnType> oids;
    private final int few;
    private final Map<TargetTable, TableWriter> writers = new WeakHashMap<>();
    private final WireBuffer buffer = new WireBuffer();

    public PostgresRowWriter(ConversionPolicy policy) {
        this(policy, type -> type instanceof PgType known ? known.portableOid() : 0, FEW);
    }

    /** @param oids the number of a source's type when it means the same type in this target, else 0 */
    PostgresRowWriter(ConversionPolicy policy, ToLongFunction<ColumnType> oids) {
        this(policy, oids, FEW);
    }

    PostgresRowWriter(ConversionPolicy policy, ToLongFunction<ColumnType> oids, int few) {
        this.converter = new CellConverter(TargetDialect.POSTGRESQL, policy);
        this.batches = new BatchWriter(TargetDialect.POSTGRESQL, policy);
        this.oids = oids;
        this.few = few;
    }

    @Override
    public int write(Connection connection, TargetTable table, Verb verb, List<TargetChange> changes)
            throws SQLException {
        try {
            if (verb == Verb.TRUNCATE) {
                return truncate(connection, table);
            }
            int sum = 0;
            for (List<TargetChange> alike : CellGroups.of(changes)) {
                int done = writeAlike(connection, table, verb, alike);
                sum = sum < 0 || done < 0 ? -1 : sum + done;
            }
            return sum;
        } catch (SQLException e) {
            // the table may have got another shape: look again the next time
            writers.remove(table);
            throw e;
        }
    }

    private int writeAlike(Connection connection, TargetTable table, Verb verb, List<TargetChange> changes)
            throws SQLException {
        boolean changesKey = changes.get(0).key() != null && verb != Verb.DELETE;
        if (changes.size() < few
                || changesKey
                || (verb != Verb.INSERT && table.key().isEmpty())) {
            return batches.write(connection, table, verb, changes);
        }
        TableWriter writer = writer(connection, table);
        int sum = 0;
        // COPY goes out in portions anyway
        int atOnce = verb == Verb.INSERT && writer.takesCopy() ? changes.size() : ROWS_AT_ONCE;
        for (int from = 0; from < changes.size(); from += atOnce) {
            List<TargetChange> slice = changes.subList(from, Math.min(changes.size(), from + atOnce));
            int done = writeSlice(connection, writer, verb, slice);
            sum = sum < 0 || done < 0 ? -1 : sum + done;
        }
        return sum;
    }

    private int writeSlice(Connection connection, TableWriter writer, Verb verb, List<TargetChange> slice)
            throws SQLException {
        try {
            return writer.write(connection, verb, slice);
        } catch (NoBinaryFormException e) {
            List<TargetChange> left = slice.subList(e.written(), slice.size());
            int others = batches.write(connection, left.get(0).table(), verb, left);
            return others < 0 ? -1 : e.written() + others;
        }
    }

    private TableWriter writer(Connection connection, TargetTable table) throws SQLException {
        TableWriter known = writers.get(table);
        if (known == null) {
            known = new TableWriter(table, TargetLayout.read(connection, table), converter, oids, buffer);
            writers.put(table, known);
        }
        return known;
    }

    private static int truncate(Connection connection, TargetTable table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int rows = statement.executeUpdate(
                    BulkStatements.truncate(table, TargetLayout.isReferenced(connection, table)));
            return rows == 0 ? -1 : rows;
        }
    }
}
