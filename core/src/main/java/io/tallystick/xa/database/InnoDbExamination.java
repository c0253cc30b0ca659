package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for what endangers two-phase commit in a MariaDB or MySQL server. */
final class InnoDbExamination {

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

    private final BranchPool pool;
    private final Dialect dialect;
    private final List<Finding> findings = new ArrayList<>();

    InnoDbExamination(BranchPool pool) {
        this.pool = pool;
        this.dialect = pool.dialect();
    }

    List<Finding> findings() {
        try (Connection connection = pool.outside()) {
            Map<String, String> variables = variables(connection);
            version(variables);
            durability(variables);
            behaviour(variables);
            rights(connection);
        } catch (SQLException e) {
            findings.add(Finding.error(
                    "connection of " + pool,
                    SqlErrors.describe(e, dialect),
                    "nothing can be committed there",
                    "tally doctor, with the URL and user of this resource"));
        }
        return findings;
    }

    private static Map<String, String> variables(Connection connection) throws SQLException {
        Map<String, String> variables = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW VARIABLES")) {
            while (rows.next()) {
                variables.put(rows.getString(1).toLowerCase(Locale.ROOT), String.valueOf(rows.getString(2)));
            }
        }
        return variables;
    }

    private void version(Map<String, String> variables) {
        String version = variables.getOrDefault("version", "");
        boolean isMaria = version.toLowerCase(Locale.ROOT).contains("mariadb");
        if (isMaria != (dialect == Dialect.MARIADB)) {
            error("version", version, "the resource is configured as " + dialect.productName(), "name the right kind");
            return;
        }
        long found = comparable(version);
        if (isMaria && found < comparable("10.5.0")) {
            error("version", version, "a prepared branch is rolled back when its connection ends", "upgrade to 10.5");
        }
        if (!isMaria && found < comparable("8.0.30") && isOn(variables, "log_bin")) {
            error(
                    "version",
                    version,
                    "a crash between binary log and engine loses prepared branches (WL#11300)",
                    "upgrade to 8.0.30 or later");
        }
    }

    private static long comparable(String version) {
        Matcher parts = VERSION.matcher(version);
        return parts.matches()
                ? Long.parseLong(parts.group(1)) * 1_000_000
                        + Long.parseLong(parts.group(2)) * 1_000
                        + Long.parseLong(parts.group(3))
                : Long.MAX_VALUE;
    }

    private void durability(Map<String, String> variables) {
        String flush = variables.getOrDefault("innodb_flush_log_at_trx_commit", "1");
        if (!flush.equals("1")) {
            error(
                    "innodb_flush_log_at_trx_commit",
                    flush,
                    "a yes to PREPARE, or a decision, may be forgotten in a crash",
                    "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
        }
        String sync = variables.getOrDefault("sync_binlog", "1");
        if (isOn(variables, "log_bin") && !sync.equals("1")) {
            error(
                    "sync_binlog",
                    sync,
                    "after a crash of the machine the binary log and InnoDB disagree about branches",
                    "SET GLOBAL sync_binlog = 1");
        }
        if (variables.getOrDefault("innodb_support_xa", "ON").equals("OFF")) {
            error("innodb_support_xa", "OFF", "PREPARE is not durable", "SET GLOBAL innodb_support_xa = ON");
        }
    }

    private void behaviour(Map<String, String> variables) {
        if (variables.getOrDefault("xa_detach_on_prepare", "ON").equals("OFF")) {
            warning(
                    "xa_detach_on_prepare",
                    "OFF",
                    "a prepared branch is hidden from every other session until its own ends",
                    "SET PERSIST xa_detach_on_prepare = ON");
        }
        if (isOn(variables, "innodb_rollback_on_timeout")) {
            error(
                    "innodb_rollback_on_timeout",
                    "ON",
                    "a lock wait that times out silently takes back the earlier work of a branch",
                    "innodb_rollback_on_timeout = OFF in the server's configuration, and a restart");
        }
        if (isOn(variables, "log_bin")
                && variables.getOrDefault("binlog_format", "ROW").equals("STATEMENT")) {
            warning(
                    "binlog_format",
                    "STATEMENT",
                    "branches of concurrent transactions may be replayed in another order on replicas",
                    "SET GLOBAL binlog_format = 'ROW'");
        }
    }

    private void rights(Connection connection) throws SQLException {
        try {
            InnoDbFinisher.list(connection);
        } catch (SQLException e) {
            error(
                    "right to XA RECOVER",
                    SqlErrors.describe(e, dialect),
                    "branches left by a crash cannot be found and hold their locks for ever",
                    "GRANT XA_RECOVER_ADMIN ON *.* TO " + user(connection));
        }
    }

    private static String user(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT CURRENT_USER()")) {
            rows.next();
            String account = rows.getString(1);
            int at = account.lastIndexOf('@');
            return "'" + account.substring(0, at) + "'@'" + account.substring(at + 1) + "'";
        }
    }

    private static boolean isOn(Map<String, String> variables, String name) {
        String value = variables.getOrDefault(name, "OFF");
        return value.equalsIgnoreCase("ON") || value.equals("1");
    }

    private void error(String subject, String found, String why, String mend) {
        findings.add(Finding.error(subject, found, why, mend));
    }

    private void warning(String subject, String found, String why, String mend) {
        findings.add(Finding.warning(subject, found, why, mend));
    }
}
