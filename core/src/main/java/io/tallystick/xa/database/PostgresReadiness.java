package io.tallystick.xa.database;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import java.util.ArrayList;
import java.util.List;

/** What of a PostgreSQL server stands in the way of two-phase commit, with the statement that mends it. Changes nothing. */
final class PostgresReadiness {

    private static final String FACTS = """
            SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS standby,
              current_setting('max_prepared_transactions')::int AS places,
              (SELECT count(*) FROM pg_prepared_xacts) AS taken, current_setting('fsync') AS fsync,
              (SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit') AS synchronous,
              current_setting('synchronous_standby_names') AS standbys,
              (SELECT count(*) FROM pg_stat_replication r WHERE NOT EXISTS
                 (SELECT 1 FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical')) AS replicas,
              has_function_privilege('pg_control_system()', 'EXECUTE') AS identifiable, current_user AS me,
              (SELECT count(*) FROM pg_prepared_xacts
                WHERE database = current_database() AND owner <> current_user AND left(gid, %d) = '%s') AS strangers
            """.formatted(PostgresGid.PREFIX.length(), PostgresGid.PREFIX);

    private static final int OLDEST_VERSION = 130_000;

    private final Jdbc jdbc;
    private final PoolSettings pool;

    PostgresReadiness(Jdbc jdbc, PoolSettings pool) {
        this.jdbc = jdbc;
        this.pool = pool;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        Facts facts = jdbc.autocommit(PostgresReadiness::facts);
        version(facts, findings);
        places(facts, findings);
        durability(facts, findings);
        replicas(facts, findings);
        rights(facts, findings);
        return List.copyOf(findings);
    }

    private static Facts facts(Tx tx) {
        return tx.query(
                        FACTS,
                        row -> new Facts(
                                row.intValue("version"),
                                row.bool("standby"),
                                new Places(row.intValue("places"), row.intValue("taken")),
                                new Durability(row.string("fsync"), row.string("synchronous")),
                                new Replicas(row.string("standbys"), row.intValue("replicas")),
                                row.bool("identifiable"),
                                row.string("me"),
                                row.intValue("strangers")))
                .get(0);
    }

    private static void version(Facts facts, List<Finding> findings) {
        if (facts.version < OLDEST_VERSION) {
            findings.add(Finding.error(
                    "version",
                    Integer.toString(facts.version),
                    "pg_current_xact_id and pg_xact_status, which tell how a branch ended, come with PostgreSQL 13",
                    "upgrade the server"));
        }
        if (facts.standby) {
            findings.add(Finding.error(
                    "role",
                    "standby",
                    "nothing can be written here, so no branch can take part",
                    "connect to the primary (several hosts in the URL with targetServerType=primary)"));
        }
    }

    private void places(Facts facts, List<Finding> findings) {
        String mend = "ALTER SYSTEM SET max_prepared_transactions = " + Math.max(64, 2 * pool.branches())
                + "; then restart the server";
        Places places = facts.places;
        if (places.all == 0) {
            findings.add(Finding.error(
                    "max_prepared_transactions", "0", "PREPARE TRANSACTION is refused by this server", mend));
        } else if (places.taken >= places.all) {
            findings.add(Finding.error(
                    "max_prepared_transactions",
                    places.all + ", and every place is taken",
                    "PREPARE TRANSACTION is refused by this server until one of those that are prepared ends",
                    "tally tx list says what becomes of ours, SELECT * FROM pg_prepared_xacts shows all; if the server needs"
                            + " more places, " + mend));
        } else if (places.all < pool.branches()) {
            findings.add(Finding.warning(
                    "max_prepared_transactions",
                    Integer.toString(places.all),
                    "fewer than the " + pool.branches() + " connections of resource " + pool.name()
                            + ": under load PREPARE TRANSACTION is refused and transactions are rolled back",
                    mend));
        }
    }

    private static void durability(Facts facts, List<Finding> findings) {
        if (!facts.durability.fsync.equals("on")) {
            findings.add(Finding.error(
                    "fsync",
                    facts.durability.fsync,
                    "a crash of the host loses prepared branches and decisions that were acknowledged",
                    "ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();"));
        }
        if (facts.durability.synchronous.equals("off")) {
            findings.add(Finding.warning(
                    "synchronous_commit",
                    "off",
                    "a decision must be durable when it is answered: sessions of resource connections override it",
                    "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();"));
        }
    }

    private static void replicas(Facts facts, List<Finding> findings) {
        if (facts.replicas.count > 0 && facts.replicas.synchronous.isEmpty()) {
            findings.add(Finding.warning(
                    "synchronous_standby_names",
                    "empty, with " + facts.replicas.count + " replicas",
                    "a replica that is promoted may lack the newest prepared branches and decisions",
                    "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'; SELECT pg_reload_conf();"));
        }
    }

    private static void rights(Facts facts, List<Finding> findings) {
        if (!facts.identifiable) {
            findings.add(Finding.warning(
                    "right to run pg_control_system()",
                    "missing for " + facts.me,
                    "after a failover it is not seen that the database is another one, and the fate of a branch cannot be"
                            + " asked",
                    "GRANT EXECUTE ON FUNCTION pg_control_system() TO " + facts.me + ";"));
        }
        if (facts.strangers > 0) {
            findings.add(Finding.warning(
                    "owner of prepared transactions",
                    "another role than " + facts.me + " for " + facts.strangers + " of ours",
                    "a prepared transaction is finished by the role that prepared it, or a superuser",
                    "connect as the owner in pg_prepared_xacts until they are finished"));
        }
    }

    /** For prepared transactions of the whole server. */
    private record Places(int all, int taken) {}

    private record Durability(String fsync, String synchronous) {}

    private record Replicas(String synchronous, int count) {}

    private record Facts(
            int version,
            boolean standby,
            Places places,
            Durability durability,
            Replicas replicas,
            boolean identifiable,
            String me,
            int strangers) {}
}
