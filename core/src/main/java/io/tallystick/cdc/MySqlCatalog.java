package io.tallystick.cdc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The information_schema of MariaDB and MySQL, which alone spells types with their signs, labels and lengths. */
final class MySqlCatalog implements CatalogReader {

    private static final String COLUMNS = """
            SELECT c.column_name AS name,
                   CONCAT(c.column_type, CASE WHEN c.character_set_name IS NULL OR c.character_set_name = 'utf8mb4' THEN ''
                                              ELSE CONCAT(' character set ', c.character_set_name) END) AS spelt,
                   c.data_type AS type, c.is_nullable = 'YES' AS nullable,
                   COALESCE(c.generation_expression, '') <> '' AS computed
            FROM information_schema.columns c JOIN information_schema.tables t
                 ON t.table_schema = ? AND t.table_name = ? AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
            WHERE c.table_schema = ? AND c.table_name = ? ORDER BY c.ordinal_position
            """;

    /** The table is named in each part, here and above, or MariaDB would open every table of the server to look. */
    private static final String KEYS = """
            SELECT index_name AS name, column_name AS part, sub_part IS NOT NULL AS prefix, nullable = 'YES' AS optional
            FROM information_schema.statistics s
            WHERE table_schema = ? AND table_name = ? AND non_unique = 0 AND NOT EXISTS (
                SELECT 1 FROM information_schema.columns c
                WHERE c.table_schema = ? AND c.table_name = ? AND c.column_name = s.column_name
                  AND c.generation_expression = 'ROW END')
            ORDER BY index_name, seq_in_index
            """;

    private static final String PARENTS = """
            SELECT DISTINCT referenced_table_schema AS parent_schema, referenced_table_name AS parent
            FROM information_schema.key_column_usage
            WHERE table_schema = ? AND table_name = ? AND referenced_table_name IS NOT NULL
            """;

    private static final String TRIGGERS =
            "SELECT 1 FROM information_schema.triggers WHERE event_object_schema = ? AND event_object_table = ?";

    private static final Map<String, Integer> TYPES = Map.ofEntries(
            Map.entry("tinyint", Types.TINYINT),
            Map.entry("smallint", Types.SMALLINT),
            Map.entry("mediumint", Types.INTEGER),
            Map.entry("int", Types.INTEGER),
            Map.entry("bigint", Types.BIGINT),
            Map.entry("year", Types.SMALLINT),
            Map.entry("decimal", Types.DECIMAL),
            Map.entry("float", Types.REAL),
            Map.entry("double", Types.DOUBLE),
            Map.entry("bit", Types.BIT),
            Map.entry("char", Types.CHAR),
            Map.entry("varchar", Types.VARCHAR),
            Map.entry("tinytext", Types.LONGVARCHAR),
            Map.entry("text", Types.LONGVARCHAR),
            Map.entry("mediumtext", Types.LONGVARCHAR),
            Map.entry("longtext", Types.LONGVARCHAR),
            Map.entry("enum", Types.VARCHAR),
            Map.entry("set", Types.VARCHAR),
            Map.entry("binary", Types.BINARY),
            Map.entry("varbinary", Types.VARBINARY),
            Map.entry("tinyblob", Types.LONGVARBINARY),
            Map.entry("blob", Types.LONGVARBINARY),
            Map.entry("mediumblob", Types.LONGVARBINARY),
            Map.entry("longblob", Types.LONGVARBINARY),
            // SRID and WKB, as the log has them and as the server takes them
            Map.entry("geometry", Types.LONGVARBINARY),
            Map.entry("point", Types.LONGVARBINARY),
            Map.entry("linestring", Types.LONGVARBINARY),
            Map.entry("polygon", Types.LONGVARBINARY),
            Map.entry("multipoint", Types.LONGVARBINARY),
            Map.entry("multilinestring", Types.LONGVARBINARY),
            Map.entry("multipolygon", Types.LONGVARBINARY),
            Map.entry("geometrycollection", Types.LONGVARBINARY),
            Map.entry("geomcollection", Types.LONGVARBINARY),
            Map.entry("date", Types.DATE),
            Map.entry("time", Types.TIME),
            Map.entry("datetime", Types.TIMESTAMP),
            Map.entry("timestamp", Types.TIMESTAMP_WITH_TIMEZONE));

    private final Connection connection;

    MySqlCatalog(Connection connection) {
        this.connection = connection;
    }

    @Override
    public @Nullable FoundTable read(TableName table) throws SQLException {
        List<TargetColumn> columns = query(COLUMNS, table, MySqlCatalog::column);
        if (columns.isEmpty()) {
            return null;
        }
        Set<TableName> parents = new HashSet<>(
                query(PARENTS, table, row -> new TableName(row.getString("parent_schema"), row.getString("parent"))));
        boolean pointsToItself = parents.contains(table);
        boolean hasTrigger = !query(TRIGGERS, table, row -> true).isEmpty();
        return new FoundTable(columns, keys(table), parents, pointsToItself || hasTrigger, Set.of());
    }

    private static TargetColumn column(ResultSet row) throws SQLException {
        String type = row.getString("type").toLowerCase(Locale.ROOT);
        return new TargetColumn(
                row.getString("name"),
                row.getString("spelt"),
                0,
                TYPES.getOrDefault(type, Types.OTHER),
                row.getBoolean("nullable"),
                row.getBoolean("computed"));
    }

    private List<UniqueKey> keys(TableName table) throws SQLException {
        Map<String, List<Part>> byName = new LinkedHashMap<>();
        for (Part part : query(KEYS, table, Part::of)) {
            byName.computeIfAbsent(part.index(), name -> new ArrayList<>()).add(part);
        }
        List<UniqueKey> keys = new ArrayList<>();
        byName.forEach((name, parts) -> {
            List<String> columns = new ArrayList<>();
            for (Part part : parts) {
                if (part.column() != null) {
                    columns.add(part.column());
                }
            }
            keys.add(new UniqueKey(
                    columns, name.equals("PRIMARY"), parts.stream().allMatch(Part::usable), false));
        });
        return keys;
    }

    private <T> List<T> query(String sql, TableName table, Mapper<T> mapper) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i += 2) {
                statement.setString(i, table.schema());
                statement.setString(i + 1, table.table());
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<T> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(mapper.map(rows));
                }
                return found;
            }
        }
    }

    /** One column of an index; null for an expression. */
    private record Part(String index, @Nullable String column, boolean usable) {

        static Part of(ResultSet row) throws SQLException {
            String column = row.getString("part");
            return new Part(
                    row.getString("name"),
                    column,
                    column != null && !row.getBoolean("prefix") && !row.getBoolean("optional"));
        }
    }

    /** Reads the row at which the cursor stands. */
    @FunctionalInterface
    private interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
    }
}
