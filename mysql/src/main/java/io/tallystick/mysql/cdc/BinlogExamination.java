package io.tallystick.mysql.cdc;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Looks for everything that stands in the way of reading changes, or spoils them, and says what mends it. Touches nothing. For one use. */
final class BinlogExamination {

    private static final long DAY_SECONDS = 86_400;

    private final SourceSql sql;
    private final Flavour flavour;
    private final List<Finding> findings = new ArrayList<>();

    BinlogExamination(SourceSql sql, Flavour flavour) {
        this.sql = sql;
        this.flavour = flavour;
    }

    List<Finding> examine(Set<TableName> tables) {
        Map<String, String> settings = sql.visit("reading the server's settings", BinlogExamination::settings);
        settings(settings);
        if ("ON".equals(settings.get("log_bin"))) {
            rights();
        }
        for (TableName table : tables) {
            table(table);
        }
        return findings.stream()
                .sorted((a, b) -> a.severity().compareTo(b.severity()))
                .toList();
    }

    private static Map<String, String> settings(Connection connection) throws SQLException {
        Map<String, String> settings = new HashMap<>();
        for (List<String> row : SourceSql.rows(connection, "SHOW GLOBAL VARIABLES")) {
            settings.put(row.get(0).toLowerCase(Locale.ROOT), row.get(1).toUpperCase(Locale.ROOT));
        }
        return settings;
    }

    private void settings(Map<String, String> found) {
        must(
                found,
                "log_bin",
                "ON",
                "there is no log to read changes from",
                "log_bin = binlog in the server's configuration, then restart it");
        must(found, "binlog_format", "ROW", "statements in the log do not say which rows they change", null);
        must(found, "binlog_row_metadata", "FULL", "the log does not name the columns of its rows", null);
        must(
                found,
                "server_id",
                "[1-9]\\d*",
                "replicas are refused",
                "SET GLOBAL server_id = 1; (another at each server)");
        rowImage(found.getOrDefault("binlog_row_image", "FULL"));
        if (flavour == Flavour.MYSQL) {
            must(
                    found,
                    "gtid_mode",
                    "ON",
                    "without GTIDs a position is not found again at another server",
                    "SET GLOBAL enforce_gtid_consistency = ON; then SET GLOBAL gtid_mode = OFF_PERMISSIVE; ON_PERMISSIVE; ON;"
                            + " (one after the other, and both lines in the server's configuration)");
            must(
                    found,
                    "binlog_row_value_options",
                    "",
                    "only parts of JSON documents are in the log, which cannot be applied elsewhere",
                    "SET GLOBAL binlog_row_value_options = '';");
        }
        expiry(found);
        should(
                found,
                "sync_binlog",
                "1",
                "a crash of the server loses the end of its log: targets then know more than the source",
                "SET GLOBAL sync_binlog = 1;");
        String updates = found.containsKey("log_replica_updates") ? "log_replica_updates" : "log_slave_updates";
        should(
                found,
                updates,
                "ON",
                "what this server replicates from another is not in its log",
                updates + " = ON in the server's configuration, then restart it");
    }

    private void rowImage(String image) {
        if (image.equals("MINIMAL")) {
            findings.add(Finding.error(
                    "binlog_row_image",
                    image,
                    "an INSERT leaves out the columns that take their defaults, which" + " the log does not know",
                    "SET GLOBAL binlog_row_image = FULL;"));
        } else if (image.equals("NOBLOB")) {
            findings.add(Finding.warning(
                    "binlog_row_image",
                    image,
                    "an UPDATE leaves out BLOB and TEXT columns it does not change, so"
                            + " a row that a target misses cannot be made whole",
                    "SET GLOBAL binlog_row_image = FULL;"));
        }
    }

    private void expiry(Map<String, String> found) {
        String seconds = found.getOrDefault("binlog_expire_logs_seconds", "0");
        double kept = Double.parseDouble(seconds);
        if (kept == 0) {
            kept = Double.parseDouble(found.getOrDefault("expire_logs_days", "0")) * DAY_SECONDS;
        }
        if (kept > 0 && kept < DAY_SECONDS) {
            findings.add(Finding.warning(
                    "binlog_expire_logs_seconds",
                    seconds,
                    "a pipeline that stands still for longer loses its"
                            + " place, because the server purges its log whoever has read it",
                    "SET GLOBAL binlog_expire_logs_seconds = 604800;"));
        }
    }

    private void must(
            Map<String, String> found,
            String name,
            String wanted,
            String why,
            @org.jspecify.annotations.Nullable String mend) {
        String value = found.getOrDefault(name, "");
        if (!value.matches(wanted)) {
            findings.add(
                    Finding.error(name, value, why, mend == null ? "SET GLOBAL " + name + " = " + wanted + ";" : mend));
        }
    }

    private void should(Map<String, String> found, String name, String wanted, String why, String mend) {
        String value = found.getOrDefault(name, "");
        if (!value.matches(wanted)) {
            findings.add(Finding.warning(name, value, why, mend));
        }
    }

    /** Rights are tried, not read: they may come by roles. */
    private void rights() {
        String user =
                sql.visit("asking who we are", connection -> SourceSql.value(connection, "SELECT CURRENT_USER()"));
        String grantee = "'" + user.replace("@", "'@'") + "'";
        String monitor = flavour == Flavour.MARIADB ? "BINLOG MONITOR" : "REPLICATION CLIENT";
        attempt("SHOW BINARY LOGS", monitor, "GRANT " + monitor + " ON *.* TO " + grantee + ";");
        if (flavour == Flavour.MYSQL) {
            attempt("XA RECOVER", "XA_RECOVER_ADMIN", "GRANT XA_RECOVER_ADMIN ON *.* TO " + grantee + ";");
        }
        String now = sql.visit("reading the position", connection -> LogHistory.now(connection, flavour));
        try (DumpConnection dump = DumpConnection.open(sql, flavour, 4_294_967_294L, now)) {
            dump.next();
        } catch (GapException | UnavailableException notNow) {
            return; // the right was there; why the log cannot be read otherwise, the settings and open() say
        } catch (RejectedException refused) {
            findings.add(Finding.error(
                    "right REPLICATION SLAVE",
                    "missing",
                    String.valueOf(refused.getMessage()),
                    "GRANT REPLICATION SLAVE ON *.* TO " + grantee + ";"));
        }
    }

    private void attempt(String statement, String right, String mend) {
        try {
            sql.visit("trying " + statement, connection -> SourceSql.rows(connection, statement));
        } catch (RejectedException refused) {
            findings.add(Finding.error("right " + right, "missing", String.valueOf(refused.getMessage()), mend));
        }
    }

    private void table(TableName name) {
        String quoted = SnapshotColumns.quoted(name.schema()) + "." + SnapshotColumns.quoted(name.table());
        SourceTable table = new Catalog(sql, flavour).find(name);
        if (table == null) {
            findings.add(Finding.error(
                    "table " + name,
                    "not to be seen",
                    "it does not exist, or the user has no right to it",
                    "check the spelling, or GRANT SELECT ON " + quoted + " TO the pipeline's user;"));
            return;
        }
        try {
            sql.visit(
                    "reading " + name,
                    connection -> SourceSql.rows(connection, "SELECT 1 FROM " + quoted + " LIMIT 0"));
        } catch (TallystickException refused) {
            findings.add(Finding.error(
                    "right SELECT on " + name,
                    "missing",
                    String.valueOf(refused.getMessage()),
                    "GRANT SELECT ON " + quoted + " TO the pipeline's user;"));
        }
        if (table.keyColumns().length == 0) {
            findings.add(Finding.error(
                    "table " + name,
                    "without a primary key",
                    "an UPDATE or DELETE cannot name its row",
                    "ALTER TABLE " + quoted + " ADD PRIMARY KEY (…);"));
        }
        characterSets(table, quoted);
        sql.visit("looking at " + name, connection -> {
            engine(connection, name, quoted);
            cascades(connection, name);
            return name;
        });
    }

    private void characterSets(SourceTable table, String quoted) {
        for (SourceColumn column : table.columns()) {
            MySqlType type = (MySqlType) column.type();
            if (type.form().isText()
                    && !CharacterSets.isKnown(type.characterSet())
                    && !type.characterSet().equals(CharacterSets.BINARY)) {
                findings.add(Finding.error(
                        "column " + table.name() + "." + column.name(),
                        "in " + type.characterSet(),
                        "Java does not know this character set",
                        "ALTER TABLE " + quoted + " MODIFY " + SnapshotColumns.quoted(column.name())
                                + " … CHARACTER SET utf8mb4;"));
            }
        }
    }

    private void engine(Connection connection, TableName name, String quoted) throws SQLException {
        String engine = SourceSql.value(
                connection,
                "SELECT engine FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
                name.schema(),
                name.table());
        if (!engine.equalsIgnoreCase("InnoDB")) {
            findings.add(Finding.warning(
                    "table " + name,
                    "in engine " + engine,
                    "its changes are not undone when a transaction fails, so" + " the log can differ from the table",
                    "ALTER TABLE " + quoted + " ENGINE = InnoDB;"));
        }
    }

    private void cascades(Connection connection, TableName name) throws SQLException {
        String query = "SELECT constraint_name, referenced_table_name, delete_rule, update_rule"
                + " FROM information_schema.referential_constraints WHERE constraint_schema = ? AND table_name = ?"
                + " AND (delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')"
                + " OR update_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))";
        for (List<String> row : SourceSql.rows(connection, query, name.schema(), name.table())) {
            findings.add(
                    Finding.warning(
                            "foreign key " + row.get(0) + " of " + name,
                            "ON DELETE " + row.get(2) + " ON UPDATE " + row.get(3),
                            "InnoDB changes these rows without writing them to the log when a row of " + row.get(1)
                                    + " goes or changes",
                            "give the target's table the same foreign key, or change the key to RESTRICT and delete the rows yourself"));
        }
    }
}
