package io.tallystick.postgres.cdc;

import io.tallystick.cdc.CellConverter;
import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;
import org.postgresql.core.BaseConnection;

/** Writes slices of rows of one table in binary. For one thread. */
final class TableWriter {

    /** Signature, flags and length of the extension ("Binary Format" of COPY). */
    private static final byte[] COPY_HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    private static final int PORTION = 64 * 1024;

    private final TargetTable table;
    private final TargetLayout layout;
    private final CellWriter cells;
    private final BulkStatements statements;
    private final WireBuffer buffer;

    TableWriter(
            TargetTable table,
            TargetLayout layout,
            CellConverter converter,
            ToLongFunction<ColumnType> oids,
            WireBuffer buffer) {
        this.table = table;
        this.layout = layout;
        this.cells = new CellWriter(table, layout, converter, oids);
        this.statements = new BulkStatements(table);
        this.buffer = buffer;
    }

    /** Whether new rows go by COPY. */
    boolean takesCopy() {
        return layout.takesCopy();
    }

    /**
     * Does the verb to rows that have the same cells unchanged and keep their keys.
     *
     * @throws NoBinaryFormException when a row cannot be sent so; it tells how many before it were written
     */
    int write(Connection connection, Verb verb, List<TargetChange> changes) throws SQLException, NoBinaryFormException {
        if (verb == Verb.DELETE) {
            return delete(connection, changes);
        }
        List<Integer> given = BulkStatements.given(changes.get(0));
        boolean update = verb == Verb.UPDATE || changes.get(0).written().isPartial() && verb == Verb.UPSERT;
        if (verb == Verb.INSERT && layout.takesCopy()) {
            return copy(connection, given, changes);
        }
        String sql = update
                ? statements.update(given)
                : switch (verb) {
                    case INSERT -> statements.insert(given);
                    case UPSERT -> statements.upsert(given);
                    case INSERT_IF_ABSENT -> statements.insertIfAbsent(given);
                    default -> throw new IllegalArgumentException(verb + " is no change of a row");
                };
        return fromRows(connection, sql, given, changes);
    }

    /** The server takes the first rows in while the next ones are encoded. */
    private int copy(Connection connection, List<Integer> given, List<TargetChange> changes)
            throws SQLException, NoBinaryFormException {
        CopyIn copy = connection.unwrap(BaseConnection.class).getCopyAPI().copyIn(statements.copy(given));
        try {
            buffer.clear();
            buffer.bytes(COPY_HEADER, 0, COPY_HEADER.length);
            int rows = 0;
            int[] row = given.stream().mapToInt(Integer::intValue).toArray();
            NoBinaryFormException odd = null;
            while (rows < changes.size() && odd == null) {
                odd = encode(changes.get(rows), row);
                rows += odd == null ? 1 : 0;
                if (buffer.size() >= PORTION) {
                    copy.writeToCopy(buffer.bytes(), 0, buffer.size());
                    buffer.clear();
                }
            }
            buffer.int16(-1);
            copy.writeToCopy(buffer.bytes(), 0, buffer.size());
            copy.endCopy();
            if (odd != null) {
                throw odd.after(rows);
            }
            return rows;
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /** Why this row was not added, or null when it was. */
    private @Nullable NoBinaryFormException encode(TargetChange change, int[] given) throws SQLException {
        int begun = buffer.size();
        try {
            TargetRow row = change.written();
            buffer.int16(given.length);
            for (int cell : given) {
                cells.write(buffer, row, cell);
            }
            return null;
        } catch (NoBinaryFormException e) {
            buffer.cut(begun);
            return e;
        }
    }

    /** An array of the table's row type; the columns that are not written stand in it as NULL. */
    private int fromRows(Connection connection, String sql, List<Integer> given, List<TargetChange> changes)
            throws SQLException, NoBinaryFormException {
        if (layout.rowArray() == 0) {
            throw new NoBinaryFormException("a row type with domains");
        }
        boolean[] written = new boolean[table.columns().size()];
        given.forEach(cell -> written[cell] = true);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            beginArray(layout.rowType(), changes.size());
            for (TargetChange change : changes) {
                int opened = buffer.openLength();
                row(change.written(), written);
                buffer.closeLength(opened);
            }
            BinaryParameter.bind(statement, 1, layout.rowArray(), buffer);
            return statement.executeUpdate();
        }
    }

    /** One dimension that counts from 1; NULLs may be among the elements' cells, not among the elements. */
    private void beginArray(int element, int size) {
        buffer.clear();
        buffer.int32(1).int32(0).int32(element).int32(size).int32(1);
    }

    private void row(TargetRow row, boolean[] written) throws SQLException, NoBinaryFormException {
        List<TargetLayout.Attribute> attributes = layout.attributes();
        buffer.int32(attributes.size());
        for (TargetLayout.Attribute attribute : attributes) {
            buffer.int32(attribute.type());
            if (attribute.cell() >= 0 && written[attribute.cell()]) {
                cells.write(buffer, row, attribute.cell());
            } else {
                buffer.int32(-1);
            }
        }
    }

    private int delete(Connection connection, List<TargetChange> changes) throws SQLException, NoBinaryFormException {
        try (PreparedStatement statement = connection.prepareStatement(statements.delete())) {
            int index = 1;
            for (int cell : table.key()) {
                TargetLayout.Attribute attribute = layout.of(cell);
                if (attribute.array() == 0) {
                    throw new NoBinaryFormException("a type without arrays");
                }
                beginArray(attribute.type(), changes.size());
                for (TargetChange change : changes) {
                    cells.write(buffer, change.named(), cell);
                }
                BinaryParameter.bind(statement, index++, attribute.array(), buffer);
            }
            return statement.executeUpdate();
        }
    }
}
