package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes changes as they are stored in the quarantine. For one replay: it looks only once what a table is like. For one thread. */
final class ParkedWriter {

    private final RowWriter writer;
    private final Map<Wanted, TargetTable> tables = new HashMap<>();

    ParkedWriter(RowWriter writer) {
        this.writer = writer;
    }

    /** Tables may have been mended meanwhile. */
    void forget() {
        tables.clear();
    }

    /** @throws RejectedException when it is refused again, or is none that can be made */
    void write(Tx tx, ParkedChange parked) {
        TableName table = parked.table();
        StoredChange stored = parked.stored();
        if (stored.operation().startsWith("UNMAPPED")) {
            throw new RejectedException("the route could make nothing of this change (" + stored.operation() + " of "
                    + table + "); correct the route, discard the change, and copy the table anew");
        }
        if (stored.operation().equals(TargetChange.Verb.TRUNCATE.name())) {
            throw new RejectedException(
                    "emptying " + table + " now would take rows that came afterwards; empty it by hand,"
                            + " discard this change, and copy the table anew");
        }
        Map<String, StoredChange.Value> row = stored.row();
        List<String> columns = new ArrayList<>((row == null ? stored.key() : row).keySet());
        stored.key().keySet().stream()
                .filter(column -> !columns.contains(column))
                .forEach(columns::add);
        try {
            TargetTable target = table(tx, new Wanted(table, columns));
            TargetChange.Verb verb = TargetChange.Verb.valueOf(stored.operation());
            TargetChange change = new TargetChange(
                    target,
                    verb,
                    computed(table, columns, stored.key()),
                    row == null ? null : computed(table, columns, row));
            if (writer.write(tx.connection(), target, verb, List.of(change)) == 0 && verb == TargetChange.Verb.UPDATE) {
                throw new RejectedException("the row that is to be updated in " + table
                        + " is not there; copy the table anew, then discard this change");
            }
        } catch (SQLException e) {
            TallystickException failed =
                    SqlErrors.translate(e, tx.dialect(), false, stored.operation() + " in " + table);
            throw failed instanceof RejectedException
                    ? new RejectedException(
                            stored.operation() + " in " + table + " is refused again: "
                                    + SqlErrors.describe(e, tx.dialect()),
                            e)
                    : failed;
        }
    }

    private TargetTable table(Tx tx, Wanted wanted) throws SQLException {
        TargetTable known = tables.get(wanted);
        if (known == null) {
            known = TargetCatalog.of(tx.connection()).read(List.of(wanted)).get(0);
            tables.put(wanted, known);
        }
        return known;
    }

    /** A row of values alone; columns without one stay as they are. */
    private static TargetRow computed(TableName table, List<String> columns, Map<String, StoredChange.Value> values) {
        @Nullable Object[] cells = new Object[columns.size()];
        int[] from = new int[columns.size()];
        for (int cell = 0; cell < from.length; cell++) {
            StoredChange.Value value = values.get(columns.get(cell));
            from[cell] = TargetRow.COMPUTED;
            cells[cell] = value == null ? TargetRow.UNCHANGED : StoredChange.decode(value);
        }
        Row nothing = Row.over(new SourceTable(table, List.of()), new byte[0]).build();
        return new TargetRow(nothing, from, cells);
    }
}
