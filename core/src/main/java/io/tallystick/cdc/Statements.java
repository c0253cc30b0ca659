package io.tallystick.cdc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** The statements that write rows of one table. */
public final class Statements {

    private final TargetDialect dialect;
    private final TargetTable table;
    private final String name;

    public Statements(TargetDialect dialect, TargetTable table) {
        this.dialect = dialect;
        this.table = table;
        this.name = dialect.quote(table.name());
    }

    /**
     * A statement and what is bound to it.
     *
     * @param values cells of the row, in the order of the first parameters
     * @param keys cells of the key, in the order of the parameters after those
     */
    public record Sql(String text, List<Integer> values, List<Integer> keys) {}

    public Sql insert(TargetChange shape) {
        List<Integer> cells = given(shape);
        return new Sql(insertText(cells), cells, List.of());
    }

    /** Sets what is not unchanged; the key's cells only when the row gets another key, or when there is nothing else. */
    public Sql update(TargetChange shape) {
        List<Integer> cells = new ArrayList<>(given(shape));
        if (shape.key() == null && cells.size() > table.key().size()) {
            cells.removeAll(table.key());
        }
        return new Sql(
                "UPDATE " + name + " SET " + list(cells, cell -> quoted(cell) + " = " + placeholder(cell)) + " WHERE "
                        + byKey(),
                cells,
                keys());
    }

    public Sql delete() {
        return new Sql("DELETE FROM " + name + " WHERE " + byKey(), List.of(), keys());
    }

    public Sql select() {
        return new Sql("SELECT 1 FROM " + name + " WHERE " + byKey(), List.of(), keys());
    }

    /** DELETE and not TRUNCATE, which commits in most databases and fails where a foreign key points here. */
    String deleteAll() {
        return "DELETE FROM " + name;
    }

    /** Whether the database has an UPSERT that finds the row by this key and by no other. */
    boolean hasUpsert() {
        return switch (dialect) {
            case POSTGRESQL, H2 -> true;
            // ON DUPLICATE KEY UPDATE would change the row that any other unique key finds
            case MARIADB, MYSQL -> !table.inOrder();
            case STANDARD -> false;
        };
    }

    Sql upsert(TargetChange shape) {
        List<Integer> cells = given(shape);
        List<Integer> others =
                cells.stream().filter(cell -> !table.key().contains(cell)).toList();
        String insert = insertText(cells);
        String text = switch (dialect) {
            case POSTGRESQL ->
                insert + " ON CONFLICT (" + list(keys(), this::quoted) + ") DO "
                        + (others.isEmpty()
                                ? "NOTHING"
                                : "UPDATE SET " + list(others, cell -> quoted(cell) + " = EXCLUDED." + quoted(cell)));
            case MARIADB, MYSQL ->
                insert + " ON DUPLICATE KEY UPDATE "
                        + list(
                                others.isEmpty() ? keys() : others,
                                cell -> quoted(cell) + " = VALUES(" + quoted(cell) + ")");
            case H2 ->
                "MERGE INTO " + name + " (" + list(cells, this::quoted) + ") KEY (" + list(keys(), this::quoted)
                        + ") VALUES (" + list(cells, this::placeholder) + ")";
            case STANDARD -> throw new IllegalStateException("standard SQL has no UPSERT of values");
        };
        return new Sql(text, cells, List.of());
    }

    boolean hasInsertIfAbsent() {
        return hasUpsert() && dialect != TargetDialect.H2;
    }

    Sql insertIfAbsent(TargetChange shape) {
        List<Integer> cells = given(shape);
        String key = list(keys(), this::quoted);
        String text = insertText(cells)
                + (dialect == TargetDialect.POSTGRESQL
                        ? " ON CONFLICT (" + key + ") DO NOTHING"
                        : " ON DUPLICATE KEY UPDATE " + quoted(keys().get(0)) + " = " + quoted(keys().get(0)));
        return new Sql(text, cells, List.of());
    }

    private String insertText(List<Integer> cells) {
        // an identity column that is always generated takes a given value only when told so
        String overriding = dialect == TargetDialect.POSTGRESQL ? " OVERRIDING SYSTEM VALUE" : "";
        return "INSERT INTO " + name + " (" + list(cells, this::quoted) + ")" + overriding + " VALUES ("
                + list(cells, this::placeholder) + ")";
    }

    private static List<Integer> given(TargetChange shape) {
        TargetRow row = shape.written();
        List<Integer> cells = new ArrayList<>();
        for (int cell = 0; cell < row.size(); cell++) {
            if (!row.isUnchanged(cell) && !shape.table().columns().get(cell).generated()) {
                cells.add(cell);
            }
        }
        return cells;
    }

    private List<Integer> keys() {
        if (table.key().isEmpty()) {
            throw new IllegalStateException(table.name() + " has no key by which its rows could be found; add one");
        }
        return table.key();
    }

    private String byKey() {
        return keys().stream()
                .map(cell -> quoted(cell) + " = " + placeholder(cell))
                .collect(Collectors.joining(" AND "));
    }

    private String quoted(int cell) {
        return dialect.quote(table.columns().get(cell).name());
    }

    private String placeholder(int cell) {
        return dialect.placeholder(table.columns().get(cell));
    }

    private static String list(List<Integer> cells, IntFunction<String> part) {
        return cells.stream().map(part::apply).collect(Collectors.joining(", "));
    }
}
