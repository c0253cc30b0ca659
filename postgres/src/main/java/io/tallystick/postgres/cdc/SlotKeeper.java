package io.tallystick.postgres.cdc;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import java.util.List;

/** Makes and drops the replication slot. Stateless. */
final class SlotKeeper {

    private static final int FAILOVER_SINCE = 170_000;

    /** What a new slot waits for: every transaction that had a number when it was asked for, prepared ones included. */
    private static final String OLD = """
            SELECT 'prepared transaction ''' || gid || ''' of ' || database || ', since ' || prepared::timestamp(0)
                   || ' (end it with COMMIT PREPARED or ROLLBACK PREPARED)' AS what, prepared AS since
              FROM pg_prepared_xacts
            UNION ALL
            SELECT 'transaction of process ' || pid || ' (application ' || application_name || '), since '
                   || xact_start::timestamp(0) || ' (end it with SELECT pg_terminate_backend(' || pid || '))', xact_start
              FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
             ORDER BY since LIMIT 3""";

    private final SlotSettings settings;

    SlotKeeper(SlotSettings settings) {
        this.settings = settings;
    }

    /**
     * Makes the slot.
     *
     * @return from where it can be read
     * @throws UnavailableException naming what it waits for
     */
    long create(Jdbc jdbc) {
        try {
            return jdbc.inTransaction(this::create);
        } catch (UnavailableException e) {
            List<String> old = jdbc.inTransaction(tx -> tx.query(OLD, row -> row.string("what")));
            if (old.isEmpty()) {
                throw e;
            }
            throw new UnavailableException(
                    "slot " + settings.slot() + " could not be made within " + settings.patience()
                            + ", because PostgreSQL waits for older transactions first: " + String.join("; ", old),
                    e);
        }
    }

    private long create(Tx tx) {
        tx.query(
                "SELECT set_config('statement_timeout', ?, true) AS was",
                row -> row.string("was"),
                Long.toString(settings.patience().toMillis()));
        // two_phase stays off: prepared transactions arrive whole when they are committed
        String failover = version(tx) >= FAILOVER_SINCE ? ", failover => true" : "";
        return tx.query(
                        "SELECT lsn::text AS lsn FROM pg_create_logical_replication_slot(?, 'pgoutput', false, false"
                                + failover + ")",
                        row -> Lsn.parse(row.string("lsn")),
                        settings.slot())
                .get(0);
    }

    /** Gives up everything before now. */
    long advance(Tx tx) {
        return tx.query(
                        "SELECT end_lsn::text AS lsn FROM pg_replication_slot_advance(?, pg_current_wal_lsn())",
                        row -> Lsn.parse(row.string("lsn")),
                        settings.slot())
                .get(0);
    }

    void drop(Tx tx) {
        tx.query("SELECT pg_drop_replication_slot(?) AS nothing", row -> "", settings.slot());
    }

    private static int version(Tx tx) {
        return tx.query("SELECT current_setting('server_version_num')::int AS version", row -> row.intValue("version"))
                .get(0);
    }
}
