package io.tallystick.postgres;

import io.tallystick.jdbc.ClockOffset;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.Tx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks for settings of a PostgreSQL server that break a promise, and says what mends them. Changes nothing. Thread-safe. */
public final class PostgresDoctor {

    private static final int OLDEST_VERSION = 130_000;

    /** What a setting must be; each line is one promise. */
    private static final List<Rule> RULES = List.of(
            new Rule("fsync", "on", true, "a crash of the host loses or damages committed data"),
            new Rule("full_page_writes", "on", true, "a crash in the middle of a page write damages data"),
            new Rule("synchronous_commit", "!off", true, "a crash loses transactions that were reported as committed"),
            new Rule(
                    "default_transaction_isolation",
                    "read committed",
                    false,
                    "transactions of joined connections run differently"),
            new Rule("max_prepared_transactions", "!0", false, "two-phase commit is refused by this server"),
            new Rule("wal_level", "logical", false, "changes cannot be read from the log of this server"),
            new Rule("server_encoding", "UTF8", false, "text from other databases may not fit"),
            new Rule(
                    "idle_in_transaction_session_timeout",
                    "!0",
                    false,
                    "a client that hangs keeps its locks for ever"));

    private final Jdbc jdbc;
    private final ClockOffset clock;

    public PostgresDoctor(Jdbc jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = new ClockOffset(clock);
    }

    /** Everything found, errors first. With component names (message, saga, ...) their tables and rights are checked too. */
    public List<Finding> examine(String... components) {
        List<Finding> findings = new ArrayList<>();
        jdbc.run(tx -> {
            version(tx).ifPresent(findings::add);
            RULES.forEach(rule -> rule.examine(tx).ifPresent(findings::add));
            writable(tx).ifPresent(findings::add);
            mayCreate(tx, components).ifPresent(findings::add);
            forgottenBranches(tx).ifPresent(findings::add);
            clock.examine(tx).ifPresent(findings::add);
        });
        if (components.length > 0) {
            Schema.of(jdbc)
                    .problems(components)
                    .forEach(problem -> findings.add(Finding.error(
                            "schema",
                            problem,
                            "this component cannot run",
                            "tally schema install (as the owner of the tables)")));
        }
        return findings.stream()
                .sorted((a, b) -> a.severity().compareTo(b.severity()))
                .toList();
    }

    private static Optional<Finding> version(Tx tx) {
        int version = Integer.parseInt(setting(tx, "server_version_num"));
        return version >= OLDEST_VERSION
                ? Optional.empty()
                : Optional.of(Finding.error(
                        "version", setting(tx, "server_version"), "the oldest supported is 13", "upgrade the server"));
    }

    private static Optional<Finding> writable(Tx tx) {
        boolean standby = tx.query("SELECT pg_is_in_recovery() AS standby", row -> row.bool("standby"))
                .get(0);
        if (standby) {
            return Optional.of(Finding.error(
                    "role",
                    "standby",
                    "nothing can be written here",
                    "connect to the primary (several hosts in the URL with targetServerType=primary)"));
        }
        return "off".equals(setting(tx, "default_transaction_read_only"))
                ? Optional.empty()
                : Optional.of(Finding.error(
                        "default_transaction_read_only",
                        "on",
                        "nothing can be written here",
                        "ALTER SYSTEM SET default_transaction_read_only = off; SELECT pg_reload_conf();"));
    }

    private static Optional<Finding> mayCreate(Tx tx, String... components) {
        String sql = "SELECT current_schema() AS name, current_user AS me,"
                + " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS allowed";
        return tx.query(
                        sql,
                        row -> row.bool("allowed") || components.length == 0
                                ? Optional.<Finding>empty()
                                : Optional.of(Finding.warning(
                                        "right to create tables",
                                        "missing",
                                        "the schema cannot be installed by this user (running needs no such right)",
                                        "GRANT CREATE ON SCHEMA " + row.text("name") + " TO " + row.string("me")
                                                + ";")))
                .get(0);
    }

    private static Optional<Finding> forgottenBranches(Tx tx) {
        String sql = "SELECT count(*) AS n, coalesce(min(gid), '') AS gid FROM pg_prepared_xacts"
                + " WHERE prepared < statement_timestamp() - interval '10 minutes'";
        return tx.query(
                        sql,
                        row -> row.longValue("n") == 0
                                ? Optional.<Finding>empty()
                                : Optional.of(Finding.warning(
                                        "prepared transactions",
                                        row.longValue("n") + " older than 10 minutes",
                                        "they hold their locks and keep VACUUM from cleaning",
                                        "look for what was decided with: tally tx list; of another coordinator end each as that"
                                                + " one decided, with COMMIT PREPARED or ROLLBACK PREPARED '"
                                                + row.string("gid") + "';")))
                .get(0);
    }

    private static String setting(Tx tx, String name) {
        // the reset value: what the server and the role say, not what this pool has set for its own sessions
        return tx.query("SELECT reset_val AS value FROM pg_settings WHERE name = ?", row -> row.string("value"), name)
                .get(0);
    }

    /** A setting with its wanted value, or with the one value (after "!") that it must not have. */
    private record Rule(String name, String wanted, boolean promise, String why) {

        Optional<Finding> examine(Tx tx) {
            String found = setting(tx, name);
            boolean good = wanted.startsWith("!") ? !found.equals(wanted.substring(1)) : found.equals(wanted);
            if (good) {
                return Optional.empty();
            }
            return Optional.of(
                    promise ? Finding.error(name, found, why, mend()) : Finding.warning(name, found, why, mend()));
        }

        private String mend() {
            return switch (name) {
                case "server_encoding" -> "create the database again WITH ENCODING 'UTF8'";
                case "max_prepared_transactions", "wal_level" ->
                    "ALTER SYSTEM SET " + name + " = " + (name.equals("wal_level") ? wanted : "64")
                            + "; then restart the server";
                case "idle_in_transaction_session_timeout" -> alter("'5min'");
                default -> alter(wanted.startsWith("!") ? "on" : "'" + wanted + "'");
            };
        }

        private String alter(String value) {
            return "ALTER SYSTEM SET " + name + " = " + value + "; SELECT pg_reload_conf();";
        }
    }
}
