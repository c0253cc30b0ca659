package io.tallystick.postgres.cdc;

import io.tallystick.cdc.KeptLog;
import io.tallystick.jdbc.Tx;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A replication slot as pg_replication_slots shows it.
 *
 * @param confirmed from where the server can still send; all before was acknowledged
 * @param lost why it cannot be read any more; null when it can
 * @param reader who reads it now; null when nobody does
 */
record Slot(
        String plugin,
        String database,
        long confirmed,
        @Nullable String lost,
        @Nullable String reader) {

    /** By the row's JSON, because the columns differ from version to version. */
    private static final String SLOT = """
            SELECT s.plugin::text AS plugin, s.database::text AS database, s.confirmed_flush_lsn::text AS confirmed,
                   CASE WHEN to_jsonb(s) ->> 'invalidation_reason' IS NOT NULL THEN to_jsonb(s) ->> 'invalidation_reason'
                        WHEN s.wal_status = 'lost' THEN 'wal_status is lost' END AS lost,
                   CASE WHEN s.active THEN 'process ' || s.active_pid || ' (application '
                        || coalesce(a.application_name, 'unknown') || ', from ' || coalesce(host(a.client_addr), 'the host itself')
                        || ', user ' || coalesce(a.usename, 'unknown') || ')' END AS reader
              FROM pg_replication_slots s LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
             WHERE s.slot_name = ?""";

    /** A setting of −1 means that the log is kept until the disk is full. */
    private static final String KEPT = """
            SELECT coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                            ELSE pg_current_wal_lsn() END, s.restart_lsn), 0)::int8 AS bytes,
                   (SELECT CASE WHEN setting::int8 < 0 THEN -1 ELSE setting::int8 * 1048576 END
                      FROM pg_settings WHERE name = 'max_slot_wal_keep_size') AS most
              FROM pg_replication_slots s WHERE s.slot_name = ?""";

    /** What the server keeps for it; empty when it is not there. */
    static Optional<KeptLog> kept(Tx tx, String name) {
        return tx.queryOne(
                KEPT,
                row -> new KeptLog(row.longValue("bytes"), row.longValue("most"), null, "max_slot_wal_keep_size"),
                name);
    }

    static Optional<Slot> find(Tx tx, String name) {
        return tx.queryOne(
                SLOT,
                row -> new Slot(
                        row.string("plugin"),
                        row.string("database"),
                        Lsn.parse(row.string("confirmed")),
                        row.text("lost"),
                        row.text("reader")),
                name);
    }
}
