package io.tallystick.cdc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's own catalog, which alone tells of deferrable constraints, exclusion constraints and generated columns. */
final class PostgresCatalog implements CatalogReader {

    private static final String TABLE = """
            SELECT c.oid, EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
                                  AND t.tgenabled IN ('O', 'A')) AS has_trigger
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')
            """;

    private static final String COLUMNS = """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS spelt, b.oid AS base, b.typname, b.typtype, b.typcategory,
                   NOT a.attnotnull AS nullable, a.attgenerated <> '' AS computed, a.attidentity = 'a' AS always,
                   coalesce(NOT c.collisdeterministic, false) AS loose
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                 JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
                 LEFT JOIN pg_collation c ON c.oid = a.attcollation
            WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """;

    private static final String KEYS = """
            SELECT i.indisprimary, coalesce(k.condeferred, false) AS deferred, k.contype = 'x' AS exclusion,
                   i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT EXISTS (
                       SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                       AND NOT a.attnotnull) AS usable,
                   ARRAY (SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY u(n, place)
                          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n
                          WHERE u.place <= i.indnkeyatts ORDER BY u.place) AS names
            FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
            WHERE i.indrelid = ? AND (i.indisunique OR i.indisexclusion)
            """;

    private static final String PARENTS = """
            SELECT n.nspname, p.relname, k.confrelid = k.conrelid AS itself
            FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace n ON n.oid = p.relnamespace
            WHERE k.conrelid = ? AND k.contype = 'f' AND NOT k.condeferred
            """;

    private static final Map<String, Integer> TYPES = Map.ofEntries(
            Map.entry("bool", Types.BOOLEAN),
            Map.entry("int2", Types.SMALLINT),
            Map.entry("int4", Types.INTEGER),
            Map.entry("int8", Types.BIGINT),
            Map.entry("numeric", Types.NUMERIC),
            Map.entry("float4", Types.REAL),
            Map.entry("float8", Types.DOUBLE),
            Map.entry("text", Types.VARCHAR),
            Map.entry("varchar", Types.VARCHAR),
            Map.entry("name", Types.VARCHAR),
            Map.entry("citext", Types.VARCHAR),
            Map.entry("bpchar", Types.CHAR),
            Map.entry("char", Types.CHAR),
            Map.entry("bytea", Types.VARBINARY),
            Map.entry("date", Types.DATE),
            Map.entry("time", Types.TIME),
            Map.entry("timestamp", Types.TIMESTAMP),
            Map.entry("timestamptz", Types.TIMESTAMP_WITH_TIMEZONE));

    private final Connection connection;

    PostgresCatalog(Connection connection) {
        this.connection = connection;
    }

    @Override
    public @Nullable FoundTable read(TableName table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? table(rows.getLong("oid"), rows.getBoolean("has_trigger")) : null;
            }
        }
    }

    private FoundTable table(long oid, boolean hasTrigger) throws SQLException {
        List<TargetColumn> columns = new ArrayList<>();
        Set<String> always = new HashSet<>();
        Set<String> loose = new HashSet<>();
        each(COLUMNS, oid, row -> {
            columns.add(column(row));
            if (row.getBoolean("always")) {
                always.add(row.getString("attname"));
            }
            if (row.getBoolean("loose")) {
                loose.add(row.getString("attname"));
            }
        });
        List<UniqueKey> keys = new ArrayList<>();
        each(KEYS, oid, row -> keys.add(key(row)));
        Set<TableName> parents = new HashSet<>();
        // a collation that is not deterministic takes texts for equal that are not the same
        boolean looseKey = keys.stream().flatMap(key -> key.columns().stream()).anyMatch(loose::contains);
        boolean[] sensitive = {hasTrigger || looseKey};
        each(PARENTS, oid, row -> {
            parents.add(new TableName(row.getString("nspname"), row.getString("relname")));
            sensitive[0] |= row.getBoolean("itself");
        });
        return new FoundTable(columns, keys, parents, sensitive[0], always);
    }

    private static TargetColumn column(ResultSet row) throws SQLException {
        int jdbcType = "A".equals(row.getString("typcategory"))
                ? Types.ARRAY
                : "e".equals(row.getString("typtype"))
                        ? Types.VARCHAR
                        : TYPES.getOrDefault(row.getString("typname"), Types.OTHER);
        return new TargetColumn(
                row.getString("attname"),
                row.getString("spelt"),
                row.getLong("base"),
                jdbcType,
                row.getBoolean("nullable"),
                row.getBoolean("computed"));
    }

    private static UniqueKey key(ResultSet row) throws SQLException {
        String[] names = (String[]) row.getArray("names").getArray();
        return new UniqueKey(
                List.of(names),
                row.getBoolean("indisprimary"),
                row.getBoolean("usable") && !row.getBoolean("exclusion"),
                row.getBoolean("deferred"));
    }

    private void each(String sql, long oid, RowConsumer consumer) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, oid);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    consumer.accept(rows);
                }
            }
        }
    }

    /** Takes the row at which the cursor stands. */
    @FunctionalInterface
    private interface RowConsumer {
        void accept(ResultSet row) throws SQLException;
    }
}
