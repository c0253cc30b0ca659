package io.tallystick.mysql.cdc;

import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A statement that does one verb to as many rows as one likes.
 *
 * @param cells what is bound for each row, in this order
 * @param row the parameters of one row
 */
record ManyRowStatement(Verb verb, List<Integer> cells, String head, String row, String tail) {

    static ManyRowStatement of(TargetDialect dialect, TargetTable table, Verb verb, TargetChange shape) {
        IntFunction<String> name =
                cell -> dialect.quote(table.columns().get(cell).name());
        String quoted = dialect.quote(table.name());
        if (verb == Verb.DELETE) {
            int key = table.key().get(0);
            return new ManyRowStatement(
                    verb, List.of(key), "DELETE FROM " + quoted + " WHERE " + name.apply(key) + " IN (", "?", ")");
        }
        List<Integer> cells = given(table, shape.written());
        String head = "INSERT INTO " + quoted + " ("
                + cells.stream().map(name::apply).collect(Collectors.joining(", ")) + ") VALUES ";
        String row = cells.stream().map(cell -> "?").collect(Collectors.joining(",", "(", ")"));
        return new ManyRowStatement(verb, cells, head, row, onDuplicate(table, verb, cells, name));
    }

    private static List<Integer> given(TargetTable table, TargetRow row) {
        return IntStream.range(0, row.size())
                .filter(cell ->
                        !row.isUnchanged(cell) && !table.columns().get(cell).generated())
                .boxed()
                .toList();
    }

    private static String onDuplicate(TargetTable table, Verb verb, List<Integer> cells, IntFunction<String> name) {
        if (verb == Verb.INSERT) {
            return "";
        }
        String first = name.apply(table.key().get(0));
        List<Integer> others =
                cells.stream().filter(cell -> !table.key().contains(cell)).toList();
        boolean updates = verb == Verb.UPSERT && !others.isEmpty();
        return " ON DUPLICATE KEY UPDATE "
                + (updates
                        ? others.stream()
                                .map(name::apply)
                                .map(column -> column + " = VALUES(" + column + ")")
                                .collect(Collectors.joining(", "))
                        : first + " = " + first);
    }

    String text(int rows) {
        return head + (row + ",").repeat(rows - 1) + row + tail;
    }

    TargetRow row(TargetChange change) {
        return verb == Verb.DELETE ? change.named() : change.written();
    }
}
