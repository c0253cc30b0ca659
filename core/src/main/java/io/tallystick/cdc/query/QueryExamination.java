package io.tallystick.cdc.query;

import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.query.QuerySettings.Watched;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.RejectedException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stands in the way of asking tables for their changes, and what would be missed. */
final class QueryExamination {

    private static final int MOST_TABLES = 500;
    private static final Duration AHEAD = Duration.ofMinutes(1);

    private final QueryDatabase database;
    private final QuerySettings settings;

    QueryExamination(QueryDatabase database, QuerySettings settings) {
        this.database = database;
        this.settings = settings;
    }

    List<Finding> examine(List<Watched> tables) {
        List<Finding> findings = new ArrayList<>();
        if (tables.size() > MOST_TABLES) {
            findings.add(Finding.error(
                    "tables",
                    tables.size() + " of them",
                    "every position says of each how far it was read, and is written with every group of changes",
                    "make several pipelines of at most " + MOST_TABLES + " tables each"));
        }
        memory(findings);
        for (Watched table : tables) {
            database.visit("examining " + table.name(), (connection, dialect) -> {
                examine(connection, dialect, table, findings);
                return findings;
            });
        }
        return findings;
    }

    private void memory(List<Finding> findings) {
        QuerySettings.Deletes deletes = settings.deletes();
        if (deletes == null) {
            findings.add(Finding.warning(
                    "compare_deletes",
                    "not given",
                    "rows that the source deletes stay at the targets",
                    "add to the source, for instance: compare_deletes: 1h, memory: /var/lib/tally/keys"));
            return;
        }
        Path existing = deletes.memory().toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
            findings.add(Finding.error(
                    "memory",
                    deletes.memory() + ", which cannot be written",
                    "the keys that targets have must be remembered, or deletes cannot be found",
                    "name a directory that this user may write and that outlives the process"));
        }
    }

    private void examine(Connection connection, TargetDialect dialect, Watched watched, List<Finding> findings)
            throws SQLException {
        QueryTable table;
        try {
            table = new QueryCatalog(settings).read(connection, watched);
        } catch (RejectedException e) {
            findings.add(Finding.error(
                    watched.name().toString(),
                    "not to be asked for changes",
                    String.valueOf(e.getMessage()),
                    "what is named there, or 'key' and 'change_column' of the table in the file"));
            return;
        }
        changeColumn(connection, dialect, table, findings);
        if (!watched.key().isEmpty() && !isUnique(connection, dialect, table)) {
            findings.add(Finding.warning(
                    watched.name() + " " + watched.key(),
                    "not declared unique",
                    "two rows of one key would become one at the targets",
                    "ALTER TABLE " + watched.name() + " ADD UNIQUE (" + String.join(", ", watched.key()) + ")"));
        }
    }

    private void changeColumn(Connection connection, TargetDialect dialect, QueryTable table, List<Finding> findings)
            throws SQLException {
        TableName name = table.source().name();
        String column = table.watched().changeColumn();
        String subject = name + "." + column;
        if (table.bound().columns().get(table.change()).nullable()) {
            findings.add(Finding.warning(
                    subject,
                    "nullable",
                    "rows with NULL there are never seen as changed",
                    "fill it and ALTER TABLE " + name + " make " + column + " NOT NULL"));
        }
        if (!isIndexed(connection, dialect, table)) {
            findings.add(Finding.warning(
                    subject,
                    "not the first column of an index",
                    "every question, once in " + settings.every() + ", reads the whole table",
                    "CREATE INDEX ON " + name + " (" + String.join(", ", indexFor(table)) + ")"));
        }
        ahead(connection, dialect, table, findings);
    }

    private static List<String> indexFor(QueryTable table) {
        Set<String> columns = new LinkedHashSet<>(List.of(table.watched().changeColumn()));
        table.key()
                .forEach(cell -> columns.add(table.source().columns().get(cell).name()));
        return List.copyOf(columns);
    }

    /** Values in the future are read again and again until the clock has come there. */
    private void ahead(Connection connection, TargetDialect dialect, QueryTable table, List<Finding> findings)
            throws SQLException {
        BigDecimal clock = table.scale().clock(database.clock(connection, dialect));
        BigDecimal highest = Reading.highest(connection, dialect, table);
        if (clock != null
                && highest != null
                && highest.subtract(ChangeScale.micros(AHEAD)).compareTo(clock) > 0) {
            findings.add(Finding.warning(
                    table.source().name() + "." + table.watched().changeColumn(),
                    "up to " + table.scale().value(highest) + ", while the database's clock says "
                            + table.scale().value(clock),
                    "rows from the future are read again with every question until the clock has come there",
                    "correct those rows, or set 'zone' of the source to the zone in which the column is written"));
        }
    }

    private static boolean isIndexed(Connection connection, TargetDialect dialect, QueryTable table)
            throws SQLException {
        return indexes(connection, dialect, table.source(), false).stream()
                .anyMatch(columns ->
                        columns.get(0).equalsIgnoreCase(table.watched().changeColumn()));
    }

    private static boolean isUnique(Connection connection, TargetDialect dialect, QueryTable table)
            throws SQLException {
        Set<String> key = new LinkedHashSet<>(table.watched().key());
        return indexes(connection, dialect, table.source(), true).stream().anyMatch(key::containsAll);
    }

    private static List<List<String>> indexes(
            Connection connection, TargetDialect dialect, SourceTable table, boolean unique) throws SQLException {
        boolean schemaIsCatalog = dialect.isMySqlFamily();
        Map<String, List<String>> byName = new LinkedHashMap<>();
        try (ResultSet rows = connection
                .getMetaData()
                .getIndexInfo(
                        schemaIsCatalog ? table.name().schema() : connection.getCatalog(),
                        schemaIsCatalog ? null : table.name().schema(),
                        table.name().table(),
                        unique,
                        true)) {
            while (rows.next()) {
                String column = rows.getString("COLUMN_NAME");
                if (column != null) {
                    byName.computeIfAbsent(rows.getString("INDEX_NAME"), name -> new ArrayList<>())
                            .add(column.replace("\"", ""));
                }
            }
        }
        return List.copyOf(byName.values());
    }
}
