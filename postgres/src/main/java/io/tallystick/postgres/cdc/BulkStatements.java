package io.tallystick.postgres.cdc;

import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** The statements that write many rows of one table at once; each has one parameter, the rows, or one for each key column. */
final class BulkStatements {

    private final TargetTable table;
    private final String name;

    BulkStatements(TargetTable table) {
        this.table = table;
        this.name = TargetDialect.POSTGRESQL.quote(table.name());
    }

    /** The cells that the row gives and that may be written. */
    static List<Integer> given(TargetChange shape) {
        TargetRow row = shape.written();
        List<Integer> cells = new ArrayList<>();
        for (int cell = 0; cell < row.size(); cell++) {
            if (!row.isUnchanged(cell) && !shape.table().columns().get(cell).generated()) {
                cells.add(cell);
            }
        }
        return cells;
    }

    String copy(List<Integer> given) {
        return "COPY " + name + " (" + list(given, this::quoted) + ") FROM STDIN (FORMAT BINARY)";
    }

    String insert(List<Integer> given) {
        return "INSERT INTO " + name + " (" + list(given, this::quoted) + ") OVERRIDING SYSTEM VALUE SELECT "
                + list(given, cell -> "x." + quoted(cell)) + rows();
    }

    String upsert(List<Integer> given) {
        List<Integer> others = others(given);
        return insertIfAbsentExcept(given)
                + (others.isEmpty()
                        ? "NOTHING"
                        : "UPDATE SET " + list(others, cell -> quoted(cell) + " = EXCLUDED." + quoted(cell)));
    }

    String insertIfAbsent(List<Integer> given) {
        return insertIfAbsentExcept(given) + "NOTHING";
    }

    private String insertIfAbsentExcept(List<Integer> given) {
        return insert(given) + " ON CONFLICT (" + list(table.key(), this::quoted) + ") DO ";
    }

    String update(List<Integer> given) {
        List<Integer> others = others(given);
        return "UPDATE " + name + " AS t SET "
                + list(others.isEmpty() ? table.key() : others, cell -> quoted(cell) + " = x." + quoted(cell)) + rows()
                + " WHERE " + byKey();
    }

    String delete() {
        List<Integer> key = table.key();
        if (key.size() == 1) {
            return "DELETE FROM " + name + " WHERE " + quoted(key.get(0)) + " = ANY (?)";
        }
        return "DELETE FROM " + name + " AS t USING unnest(" + list(key, cell -> "?") + ") AS x ("
                + list(key, this::quoted) + ") WHERE " + byKey();
    }

    /** DELETE where a foreign key points here: TRUNCATE would be refused. */
    static String truncate(TargetTable table, boolean referenced) {
        return (referenced ? "DELETE FROM " : "TRUNCATE ") + TargetDialect.POSTGRESQL.quote(table.name());
    }

    private List<Integer> others(List<Integer> given) {
        return given.stream().filter(cell -> !table.key().contains(cell)).toList();
    }

    private static String rows() {
        return " FROM unnest(?) AS x";
    }

    private String byKey() {
        return table.key().stream()
                .map(cell -> "t." + quoted(cell) + " = x." + quoted(cell))
                .collect(Collectors.joining(" AND "));
    }

    private String quoted(int cell) {
        return TargetDialect.POSTGRESQL.quote(table.columns().get(cell).name());
    }

    private static String list(List<Integer> cells, IntFunction<String> part) {
        return cells.stream().map(part::apply).collect(Collectors.joining(", "));
    }
}
