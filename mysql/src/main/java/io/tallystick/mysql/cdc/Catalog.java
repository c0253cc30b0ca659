package io.tallystick.mysql.cdc;

import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.RejectedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tables as the information schema tells them, in the shape in which the log describes them, and what the log alone does not say:
 * which text is MariaDB's JSON, which bytes are a UUID or an address, which unique key stands in for a missing primary key. Thread-safe.
 */
final class Catalog {

    private static final String COLUMNS = """
            SELECT column_name, data_type, column_type, character_set_name, character_octet_length,
                   numeric_precision, numeric_scale, datetime_precision, table_schema, table_name
            FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position
            """;

    /**
     * Unique keys without NULLs and without functional parts, the primary key first. The table is named in each part, or MariaDB would
     * open every table of the server to look.
     */
    private static final String KEYS = """
            SELECT index_name, column_name FROM information_schema.statistics s
            WHERE table_schema = ? AND table_name = ? AND non_unique = 0 AND NOT EXISTS (
                SELECT 1 FROM information_schema.statistics n
                WHERE n.table_schema = ? AND n.table_name = ? AND n.index_name = s.index_name
                  AND (n.nullable = 'YES' OR n.column_name IS NULL OR n.sub_part IS NOT NULL))
              AND NOT EXISTS (
                SELECT 1 FROM information_schema.columns c
                WHERE c.table_schema = ? AND c.table_name = ? AND c.column_name = s.column_name
                  AND c.generation_expression = 'ROW END')
            ORDER BY index_name = 'PRIMARY' DESC, index_name, seq_in_index
            """;

    private static final String ROW_END = """
            SELECT column_name FROM information_schema.columns
            WHERE table_schema = ? AND table_name = ? AND generation_expression = 'ROW END'
            """;

    private static final Pattern JSON_CHECK =
            Pattern.compile("(?i)^\\s*json_valid\\s*\\(\\s*`((?:[^`]|``)+)`\\s*\\)\\s*$");

    private final SourceSql sql;
    private final Flavour flavour;

    Catalog(SourceSql sql, Flavour flavour) {
        this.sql = sql;
        this.flavour = flavour;
    }

    /** @throws RejectedException naming every table that does not exist */
    List<SourceTable> describe(Set<TableName> names) {
        return sql.visit("describing tables of " + flavour.productName(), connection -> {
            List<SourceTable> tables = new ArrayList<>();
            List<TableName> missing = new ArrayList<>();
            for (TableName name : names) {
                SourceTable table = read(connection, name);
                if (table == null) {
                    missing.add(name);
                } else {
                    tables.add(table);
                }
            }
            if (!missing.isEmpty()) {
                throw new RejectedException("these tables do not exist, or the user may not see them: " + missing
                        + "; names are spelt as in the database, with its capital letters");
            }
            return tables;
        });
    }

    /** The table as it is now; null when it does not exist. */
    @Nullable
    SourceTable find(TableName name) {
        return sql.visit(
                        "reading the columns of " + name,
                        connection -> java.util.Optional.ofNullable(read(connection, name)))
                .orElse(null);
    }

    /** The table of a TABLE_MAP event: its shape from the log, refined by what the catalog knows of columns that look the same. */
    SourceTable refine(TableMap map, CharacterSets.Collations collations, History history) {
        SourceTable now = find(map.name());
        Set<String> key = key(map, now, history);
        List<SourceColumn> columns = new ArrayList<>();
        for (int i = 0; i < map.types().length; i++) {
            String name = map.names().get(i);
            MySqlType logged = WireType.type(
                    map.types()[i],
                    map.metas()[i],
                    map.unsigned()[i],
                    characterSet(map, i, collations),
                    map.labels().get(i));
            int place = now == null ? -1 : now.indexOf(name);
            MySqlType known = now == null || place < 0
                    ? logged
                    : (MySqlType) now.columns().get(place).type();
            columns.add(new SourceColumn(name, isRefinement(known, logged) ? known : logged, key.contains(name)));
        }
        return new SourceTable(map.name(), columns);
    }

    /**
     * What of this table is its history. The columns of a history that nobody has named are in the log, under these names, and not in the
     * catalog.
     */
    History history(TableMap map) {
        if (flavour != Flavour.MARIADB) {
            return History.NONE;
        }
        return sql.visit("reading the history of " + map.name(), connection -> {
            List<List<String>> ends = SourceSql.rows(
                    connection, ROW_END, map.name().schema(), map.name().table());
            int hidden = map.names().indexOf("row_end");
            if (!ends.isEmpty()) {
                return new History(map.names().indexOf(ends.get(0).get(0)));
            }
            if (hidden < 0 || !map.names().contains("row_start")) {
                return History.NONE;
            }
            SourceTable now = read(connection, map.name());
            return now == null || now.indexOf("row_end") < 0 ? new History(hidden) : History.NONE;
        });
    }

    private static String characterSet(TableMap map, int column, CharacterSets.Collations collations) {
        int collation = map.collations()[column];
        if (collation == 0) {
            return "";
        }
        String found = collations.characterSet(collation);
        if (found == null) {
            throw new RejectedException(
                    "column " + map.names().get(column) + " of " + map.name() + " has collation number " + collation
                            + ", which the server's list does not contain; change its collation");
        }
        return found;
    }

    /** The server adds the end of a row to the keys of a table that keeps its history. */
    private static Set<String> key(TableMap map, @Nullable SourceTable now, History history) {
        Set<String> key = new HashSet<>();
        map.primaryKey().stream()
                .filter(place -> place != history.end())
                .forEach(place -> key.add(map.names().get(place)));
        if (key.isEmpty() && now != null) {
            for (int place : now.keyColumns()) {
                key.add(now.columns().get(place).name());
            }
        }
        return map.names().containsAll(key) ? key : Set.of();
    }

    private static boolean isRefinement(MySqlType known, MySqlType logged) {
        return switch (known.form()) {
            case UUID, INET6 -> logged.equals(MySqlType.sized(ColumnForm.BINARY, 16));
            case INET4 -> logged.equals(MySqlType.sized(ColumnForm.BINARY, 4));
            case VECTOR -> logged.form() == ColumnForm.VARBINARY;
            case JSON_TEXT ->
                logged.form() == ColumnForm.TEXT
                        && logged.size() == known.size()
                        && logged.characterSet().equals(known.characterSet());
            default -> false;
        };
    }

    private @Nullable SourceTable read(Connection connection, TableName name) throws SQLException {
        Set<String> json = jsonColumns(connection, name);
        List<List<String>> rows = SourceSql.rows(connection, COLUMNS, name.schema(), name.table());
        // where capital letters make no difference to the catalog they still do to us: the log has one spelling only
        rows.removeIf(row -> !row.subList(8, 10).equals(List.of(name.schema(), name.table())));
        Set<String> key = keyColumns(connection, name);
        List<SourceColumn> columns = new ArrayList<>();
        for (List<String> row : rows) {
            MySqlType type = CatalogType.of(row.subList(1, row.size()), json.contains(row.get(0)));
            columns.add(new SourceColumn(row.get(0), type, key.contains(row.get(0))));
        }
        return columns.isEmpty() ? null : new SourceTable(name, columns);
    }

    private static Set<String> keyColumns(Connection connection, TableName name) throws SQLException {
        Map<String, Set<String>> keys = new java.util.LinkedHashMap<>();
        String schema = name.schema();
        String table = name.table();
        for (List<String> row : SourceSql.rows(connection, KEYS, schema, table, schema, table, schema, table)) {
            keys.computeIfAbsent(row.get(0), index -> new LinkedHashSet<>()).add(row.get(1));
        }
        Set<String> primary = keys.get("PRIMARY");
        return primary != null ? primary : keys.values().stream().findFirst().orElse(Set.of());
    }

    /** MariaDB has no JSON type of its own: the word means LONGTEXT with a check. */
    private Set<String> jsonColumns(Connection connection, TableName name) throws SQLException {
        Set<String> found = new HashSet<>();
        if (flavour == Flavour.MARIADB) {
            String query = "SELECT check_clause FROM information_schema.check_constraints"
                    + " WHERE constraint_schema = ? AND table_name = ?";
            for (List<String> row : SourceSql.rows(connection, query, name.schema(), name.table())) {
                Matcher check = JSON_CHECK.matcher(row.get(0));
                if (check.matches()) {
                    found.add(check.group(1).replace("``", "`"));
                }
            }
        }
        return found;
    }

    /** The character set of every collation. MariaDB's newer collations have numbers only in the second of its lists. */
    CharacterSets.Collations collations() {
        String query = flavour == Flavour.MARIADB
                ? "SELECT id, character_set_name FROM information_schema.collation_character_set_applicability"
                : "SELECT id, character_set_name FROM information_schema.collations";
        return sql.visit("reading the collations", connection -> {
            Map<Integer, String> sets = new HashMap<>();
            for (List<String> row : SourceSql.rows(connection, query)) {
                if (!row.get(0).isEmpty()) {
                    sets.put(Integer.valueOf(row.get(0)), row.get(1));
                }
            }
            return new CharacterSets.Collations(Map.copyOf(sets), flavour == Flavour.MARIADB);
        });
    }
}
