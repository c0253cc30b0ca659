package io.tallystick.cli.pipeline;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns of a pair of tables, with what is written on one side and what must be read on the other. */
final class Columns {

    private final List<Column> all = new ArrayList<>();

    /** @param pairs a literal of the source, what the target then shows, the next literal, and so on */
    Columns add(String source, String target, String... pairs) {
        List<String> literals = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            literals.add(pairs[i]);
            expected.add(pairs[i + 1]);
        }
        all.add(new Column("c" + all.size(), source, target, null, literals, expected));
        return this;
    }

    /** How the target is asked for the last column, {@code %s} being its name; its text when nothing is said. */
    Columns read(String expression) {
        Column last = all.remove(all.size() - 1);
        all.add(new Column(last.name, last.source, last.target, expression, last.literals, last.expected));
        return this;
    }

    List<String> names() {
        return all.stream().map(Column::name).toList();
    }

    int rows() {
        return all.stream().mapToInt(column -> column.literals.size()).max().orElse(0) + 1;
    }

    String createSource(String table) {
        return create(
                table,
                all.stream().map(column -> column.name + " " + column.source).toList());
    }

    String createTarget(String table) {
        return create(
                table,
                all.stream().map(column -> column.name + " " + column.target).toList());
    }

    private static String create(String table, List<String> columns) {
        return "CREATE TABLE " + table + " (id INT PRIMARY KEY, " + String.join(", ", columns) + ")";
    }

    /** One row; the last one holds nothing but NULL. */
    String insert(String table, int id, int row) {
        return "INSERT INTO " + table + " VALUES (" + id + ", "
                + String.join(
                        ", ", all.stream().map(column -> column.literal(row)).toList()) + ")";
    }

    String update(String table, int id, int row) {
        return "UPDATE " + table + " SET "
                + String.join(
                        ", ",
                        all.stream()
                                .map(column -> column.name + " = " + column.literal(row))
                                .toList())
                + " WHERE id = " + id;
    }

    /** Every cell of this row at the target that is not what it should be. */
    List<String> wrong(TestDatabase target, String table, int id, int row) throws SQLException {
        String cells = String.join(
                ", ",
                all.stream().map(column -> column.reading(target.engine())).toList());
        List<String> wrong = new ArrayList<>();
        List<List<String>> found = Pipe.cells(target, "SELECT " + cells + " FROM " + table + " WHERE id = " + id);
        if (found.size() != 1) {
            return List.of("row " + id + " is there " + found.size() + " times");
        }
        for (int i = 0; i < all.size(); i++) {
            String expected = all.get(i).expected(row);
            String actual = found.get(0).get(i);
            if (!String.valueOf(expected).equals(String.valueOf(actual))) {
                wrong.add("row " + id + ", " + all.get(i).source + " -> " + all.get(i).target + ": wrote "
                        + all.get(i).literal(row) + ", expected " + expected + ", found " + actual);
            }
        }
        return wrong;
    }

    private record Column(
            String name,
            String source,
            String target,
            @Nullable String read,
            List<String> literals,
            List<String> expected) {

        String literal(int row) {
            return row < literals.size() ? literals.get(row) : "NULL";
        }

        @Nullable
        String expected(int row) {
            return row < expected.size() ? expected.get(row) : null;
        }

        String reading(Engine engine) {
            if (read != null) {
                return read.formatted(name);
            }
            return engine == Engine.POSTGRESQL ? name + "::text" : "CAST(" + name + " AS CHAR)";
        }
    }
}
