package io.tallystick.cdc.file;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.replicator.MappedRow;
import io.tallystick.jdbc.RejectedException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A table that a mapper may write: makes changes of the rows that it gives. For the thread of one target. */
final class MappedTable {

    private final Part whole;
    private final List<String> columns;
    /** The table with the columns of a row that is put and no others, which keep what the target has. */
    private final Map<Set<String>, Part> parts = new HashMap<>();

    MappedTable(TargetTable table) {
        this.whole = new Part(table);
        this.columns = table.columns().stream().map(TargetColumn::name).toList();
    }

    /** With all of its columns, as the target's catalog has it. */
    TargetTable table() {
        return whole.table;
    }

    /**
     * A table and where the cells of its rows come from: shared by all of them, which can be joined then.
     *
     * @param from none of the source's cells
     */
    private record Part(TargetTable table, int[] from) {

        Part(TargetTable table) {
            this(table, new int[table.columns().size()]);
            Arrays.fill(from, TargetRow.COMPUTED);
        }

        TargetRow row(MappedRow row, Row source) {
            @Nullable Object[] values = new Object[from.length];
            for (int cell = 0; cell < values.length; cell++) {
                String column = table.columns().get(cell).name();
                values[cell] = row.cells().containsKey(column) ? row.cells().get(column) : TargetRow.UNCHANGED;
            }
            return new TargetRow(source, from, values);
        }
    }

    /**
     * @param source the row of the source that it was made of
     * @throws RejectedException when a column of the key is not given, or the table has no such column
     */
    TargetChange change(MappedRow row, Row source) {
        refuse(row);
        return switch (row.act()) {
            case PUT -> put(Verb.UPSERT, row, source);
            case PUT_IF_ABSENT -> put(Verb.INSERT_IF_ABSENT, row, source);
            // the whole table, with cells that stay: so that no row is made of it, also while its table is copied
            case UPDATE -> new TargetChange(whole.table, Verb.UPDATE, null, whole.row(row, source));
            case DELETE -> new TargetChange(whole.table, Verb.DELETE, whole.row(row, source), null);
        };
    }

    private void refuse(MappedRow row) {
        List<String> unknown = row.cells().keySet().stream()
                .filter(column -> !columns.contains(column))
                .toList();
        if (!unknown.isEmpty()) {
            throw new RejectedException("it gave a value for " + String.join(", ", unknown) + ", but " + row.table()
                    + " takes " + String.join(", ", columns));
        }
        for (int place : whole.table.key()) {
            String column = columns.get(place);
            if (row.cells().get(column) == null) {
                throw new RejectedException(
                        "it gave a row of " + row.table() + " without a value for " + column + ", which is of its key");
            }
        }
    }

    private TargetChange put(Verb verb, MappedRow row, Row source) {
        Part part = parts.computeIfAbsent(Set.copyOf(row.cells().keySet()), this::part);
        return new TargetChange(part.table, verb, null, part.row(row, source));
    }

    private Part part(Set<String> given) {
        if (given.size() == columns.size()) {
            return whole;
        }
        TargetTable table = whole.table;
        List<String> names = columns.stream().filter(given::contains).toList();
        return new Part(new TargetTable(
                table.name(),
                table.columns().stream()
                        .filter(column -> given.contains(column.name()))
                        .toList(),
                table.key().stream()
                        .map(place -> names.indexOf(columns.get(place)))
                        .toList(),
                table.parents(),
                table.inOrder()));
    }
}
