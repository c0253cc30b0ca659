package io.tallystick.mysql;

import io.tallystick.jdbc.ClockOffset;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.Tx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for settings of a MariaDB or MySQL server that break a promise, and says what mends them. Changes nothing. Thread-safe. */
public final class MySqlDoctor {

    private static final Pattern VERSION = Pattern.compile("(?:5\\.5\\.5-)?(\\d+)\\.(\\d+)\\.");

    /** What a setting must be; each line is one promise. */
    private static final List<Rule> RULES = List.of(
            new Rule(
                    "innodb_flush_log_at_trx_commit",
                    "1",
                    true,
                    "a crash loses transactions that were reported as committed"),
            new Rule("innodb_doublewrite", "ON|1", true, "a crash in the middle of a page write damages data"),
            new Rule(
                    "sql_mode",
                    ".*STRICT_(TRANS|ALL)_TABLES.*",
                    true,
                    "values that do not fit are cut without an error"),
            new Rule("read_only", "OFF|0", true, "nothing can be written here"),
            new Rule("default_storage_engine", "InnoDB", true, "tables without transactions could be made"),
            new Rule(
                    "log_bin",
                    "ON|1",
                    false,
                    "changes cannot be read from the log of this server, and it can have no replica"),
            new Rule("character_set_database", "utf8mb4", false, "text outside the basic plane is refused"));

    /** Of a server that writes a binary log; one that writes none has nothing to keep there. */
    private static final List<Rule> RULES_OF_THE_LOG = List.of(
            // with MIXED the servers write rows by themselves at READ COMMITTED; what a pipeline needs is told by its
            // check
            new Rule(
                    "binlog_format",
                    "ROW|MIXED",
                    true,
                    "READ COMMITTED is refused or unsafe with statements in the log"),
            new Rule("binlog_row_image", "FULL", false, "changes lack the values before them"),
            new Rule(
                    "sync_binlog",
                    "1",
                    true,
                    "a crash loses the log's tail: replicas and pipelines know more than the primary"));

    private final Jdbc jdbc;
    private final ClockOffset clock;

    public MySqlDoctor(Jdbc jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = new ClockOffset(clock);
    }

    /** Everything found, errors first. With component names (message, saga, ...) their tables and rights are checked too. */
    public List<Finding> examine(String... components) {
        List<Finding> findings = new ArrayList<>();
        jdbc.run(tx -> {
            version(tx).ifPresent(findings::add);
            RULES.forEach(rule -> rule.examine(tx).ifPresent(findings::add));
            if (variable(tx, "log_bin").matches("ON|1")) {
                RULES_OF_THE_LOG.forEach(rule -> rule.examine(tx).ifPresent(findings::add));
            }
            clock.examine(tx).ifPresent(findings::add);
        });
        if (components.length > 0) {
            Schema.of(jdbc)
                    .problems(components)
                    .forEach(problem -> findings.add(Finding.error(
                            "schema",
                            problem,
                            "this component cannot run",
                            "tally schema install (as a user who may create tables)")));
        }
        return findings.stream()
                .sorted((a, b) -> a.severity().compareTo(b.severity()))
                .toList();
    }

    private static Optional<Finding> version(Tx tx) {
        String text = variable(tx, "version");
        Matcher version = VERSION.matcher(text);
        int number =
                version.lookingAt() ? 100 * Integer.parseInt(version.group(1)) + Integer.parseInt(version.group(2)) : 0;
        boolean mariaDb = tx.dialect() == Dialect.MARIADB;
        return number >= (mariaDb ? 1006 : 800)
                ? Optional.empty()
                : Optional.of(Finding.error(
                        "version",
                        text,
                        "the oldest supported is " + (mariaDb ? "MariaDB 10.6" : "MySQL 8.0") + " (SKIP LOCKED)",
                        "upgrade the server"));
    }

    private static String variable(Tx tx, String name) {
        String sql = "SELECT COALESCE(@@global." + name + ", '') AS value";
        return tx.query(sql, row -> row.string("value")).get(0);
    }

    /** A server variable and the pattern of its good values. */
    private record Rule(String name, String wanted, boolean promise, String why) {

        Optional<Finding> examine(Tx tx) {
            String found = variable(tx, name);
            if (found.matches("(?i)" + wanted)) {
                return Optional.empty();
            }
            String mend = mend(found);
            return Optional.of(
                    promise ? Finding.error(name, found, why, mend) : Finding.warning(name, found, why, mend));
        }

        private String mend(String found) {
            return switch (name) {
                case "log_bin", "innodb_doublewrite" -> name + " = ON in the server's configuration, then restart it";
                case "character_set_database" -> "ALTER DATABASE <name> CHARACTER SET utf8mb4;";
                case "sql_mode" ->
                    "SET GLOBAL sql_mode = '" + (found + ",STRICT_TRANS_TABLES").replaceFirst("^,", "") + "';";
                default ->
                    "SET GLOBAL " + name + " = " + wanted.split("[|]")[0]
                            + "; (and the same line in the server's configuration)";
            };
        }
    }
}
