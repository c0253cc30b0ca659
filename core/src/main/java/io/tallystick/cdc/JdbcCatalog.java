package io.tallystick.cdc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What every JDBC driver tells. Triggers are not part of that: only H2 is asked for them, other databases are taken to have some. */
final class JdbcCatalog implements CatalogReader {

    private static final String TRIGGERS =
            "SELECT 1 FROM information_schema.triggers WHERE event_object_schema = ? AND event_object_table = ?";

    private final Connection connection;
    private final TargetDialect dialect;

    JdbcCatalog(Connection connection, TargetDialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    @Override
    public @Nullable FoundTable read(TableName table) throws SQLException {
        DatabaseMetaData meta = connection.getMetaData();
        List<TargetColumn> columns = columns(meta, table);
        if (columns.isEmpty()) {
            return null;
        }
        Set<TableName> parents = parents(meta, table);
        boolean pointsToItself = parents.remove(table);
        return new FoundTable(
                columns, keys(meta, table, columns), parents, pointsToItself || mayHaveTriggers(table), Set.of());
    }

    private List<TargetColumn> columns(DatabaseMetaData meta, TableName table) throws SQLException {
        List<TargetColumn> columns = new ArrayList<>();
        String escape = meta.getSearchStringEscape();
        try (ResultSet rows = meta.getColumns(
                connection.getCatalog(), pattern(table.schema(), escape), pattern(table.table(), escape), null)) {
            while (rows.next()) {
                columns.add(column(rows));
            }
        }
        return columns;
    }

    private static String pattern(String name, String escape) {
        return name.replace(escape, escape + escape).replace("_", escape + "_").replace("%", escape + "%");
    }

    private static TargetColumn column(ResultSet row) throws SQLException {
        int type = row.getInt("DATA_TYPE");
        return new TargetColumn(
                row.getString("COLUMN_NAME"),
                spelt(row, type),
                0,
                type,
                row.getInt("NULLABLE") != DatabaseMetaData.columnNoNulls,
                "YES".equals(row.getString("IS_GENERATEDCOLUMN")));
    }

    private static String spelt(ResultSet row, int type) throws SQLException {
        String name = row.getString("TYPE_NAME");
        boolean decimal = type == Types.DECIMAL || type == Types.NUMERIC;
        boolean sized = decimal || type == Types.CHAR || type == Types.VARCHAR || type == Types.VARBINARY;
        if (!sized || name.contains("(")) {
            return name;
        }
        return name + "(" + row.getInt("COLUMN_SIZE") + (decimal ? "," + row.getInt("DECIMAL_DIGITS") : "") + ")";
    }

    private List<UniqueKey> keys(DatabaseMetaData meta, TableName table, List<TargetColumn> columns)
            throws SQLException {
        List<UniqueKey> keys = new ArrayList<>();
        List<String> primary = primaryKey(meta, table);
        if (!primary.isEmpty()) {
            keys.add(new UniqueKey(primary, true, true, false));
        }
        for (List<String> unique : uniqueIndexes(meta, table)) {
            boolean isPrimary = Set.copyOf(unique).equals(Set.copyOf(primary));
            if (!isPrimary) {
                keys.add(new UniqueKey(unique, false, allRequired(unique, columns), false));
            }
        }
        return keys;
    }

    private static boolean allRequired(List<String> names, List<TargetColumn> columns) {
        return names.stream()
                .allMatch(name ->
                        columns.stream().anyMatch(column -> column.name().equals(name) && !column.nullable()));
    }

    private List<String> primaryKey(DatabaseMetaData meta, TableName table) throws SQLException {
        Map<Integer, String> columns = new TreeMap<>();
        try (ResultSet rows = meta.getPrimaryKeys(connection.getCatalog(), table.schema(), table.table())) {
            while (rows.next()) {
                columns.put(rows.getInt("KEY_SEQ"), rows.getString("COLUMN_NAME"));
            }
        }
        return List.copyOf(columns.values());
    }

    private List<List<String>> uniqueIndexes(DatabaseMetaData meta, TableName table) throws SQLException {
        Map<String, List<String>> byName = new LinkedHashMap<>();
        try (ResultSet rows = meta.getIndexInfo(connection.getCatalog(), table.schema(), table.table(), true, true)) {
            while (rows.next()) {
                String column = rows.getString("COLUMN_NAME");
                if (column != null) {
                    byName.computeIfAbsent(rows.getString("INDEX_NAME"), name -> new ArrayList<>())
                            .add(column);
                }
            }
        }
        return List.copyOf(byName.values());
    }

    private Set<TableName> parents(DatabaseMetaData meta, TableName table) throws SQLException {
        Set<TableName> parents = new HashSet<>();
        try (ResultSet rows = meta.getImportedKeys(connection.getCatalog(), table.schema(), table.table())) {
            while (rows.next()) {
                String schema = rows.getString("PKTABLE_SCHEM");
                parents.add(new TableName(schema == null ? table.schema() : schema, rows.getString("PKTABLE_NAME")));
            }
        }
        return parents;
    }

    private boolean mayHaveTriggers(TableName table) throws SQLException {
        if (dialect != TargetDialect.H2) {
            return true;
        }
        try (PreparedStatement statement = connection.prepareStatement(TRIGGERS)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }
}
