package io.tallystick.postgres.cdc;

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
