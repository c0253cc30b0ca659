package io.tallystick.xa.database;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who waits for whom in one database: the prepared branches and sessions that block others, and for how long. Only looks. Sources:
 * pg_locks and pg_blocking_pids, which gives 0 for a prepared transaction; innodb_lock_waits of MariaDB; data_lock_waits of MySQL's
 * performance schema. Thread-safe.
 */
public final class LockView {

    /**
     * A prepared transaction keeps the virtual number of the session that prepared it, and has -1/xid only after a restart of the server: it
     * is told by the lock on its own transaction number.
     */
    private static final String POSTGRESQL = """
            SELECT w.pid::text AS waiter, a.query AS statement,
              (extract(epoch FROM clock_timestamp()
                - coalesce((to_jsonb(w) ->> 'waitstart')::timestamptz, a.query_start)) * 1000)::bigint AS waited,
              coalesce(w.relation, t.relation)::regclass::text AS tab,
              CASE WHEN t.relation IS NULL THEN '' ELSE '(' || t.page || ',' || t.tuple || ')' END AS spot,
              coalesce(h.pid, 0)::text AS holder,
              (SELECT p.gid FROM pg_locks x JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
                WHERE h.pid IS NULL AND x.pid IS NULL AND x.virtualtransaction = h.virtualtransaction LIMIT 1) AS gid
            FROM pg_locks w
            JOIN pg_stat_activity a ON a.pid = w.pid AND a.datname = current_database()
            JOIN pg_locks h ON h.granted AND h.locktype = w.locktype
              AND (h.database, h.relation, h.page, h.tuple, h.virtualxid, h.transactionid, h.classid, h.objid, h.objsubid)
                IS NOT DISTINCT FROM
                  (w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid, w.classid, w.objid, w.objsubid)
            LEFT JOIN pg_locks t ON t.pid = w.pid AND t.granted AND t.locktype = 'tuple'
            WHERE NOT w.granted AND coalesce(h.pid, 0) = ANY (pg_blocking_pids(w.pid))
            ORDER BY waited DESC""";

    private static final String WAITED = """
            GREATEST(0, TIMESTAMPDIFF(MICROSECOND, w.trx_wait_started,
              CONVERT_TZ(NOW(6), @@SESSION.time_zone, 'SYSTEM')) DIV 1000) AS waited""";

    private static final String MARIADB = """
            SELECT w.trx_mysql_thread_id AS waiter, w.trx_query AS statement, %s, l.lock_table AS tab,
              CONCAT(COALESCE(l.lock_index, ''), ' ', COALESCE(l.lock_data, '')) AS spot,
              h.trx_mysql_thread_id AS holder, NULL AS gid
            FROM information_schema.innodb_lock_waits x
            JOIN information_schema.innodb_trx w ON w.trx_id = x.requesting_trx_id
            JOIN information_schema.innodb_trx h ON h.trx_id = x.blocking_trx_id
            JOIN information_schema.innodb_locks l ON l.lock_id = x.requested_lock_id
            ORDER BY waited DESC""".formatted(WAITED);

    private static final String MYSQL = """
            SELECT w.trx_mysql_thread_id AS waiter, w.trx_query AS statement, %s,
              CONCAT(l.object_schema, '.', l.object_name) AS tab,
              CONCAT(COALESCE(l.index_name, ''), ' ', COALESCE(l.lock_data, '')) AS spot,
              h.trx_mysql_thread_id AS holder, NULL AS gid
            FROM performance_schema.data_lock_waits x
            JOIN performance_schema.data_locks l ON l.engine_lock_id = x.requesting_engine_lock_id
            JOIN information_schema.innodb_trx w ON w.trx_id = x.requesting_engine_transaction_id
            JOIN information_schema.innodb_trx h ON h.trx_id = x.blocking_engine_transaction_id
            ORDER BY waited DESC""".formatted(WAITED);

    private final Jdbc jdbc;

    private LockView(Jdbc jdbc) {
        this.jdbc = jdbc;
    }

    /** Of this database; on MariaDB and MySQL of the whole server. */
    public static LockView on(Jdbc jdbc) {
        return new LockView(jdbc);
    }

    /**
     * Somebody waits for a lock.
     *
     * @param waiter the session that waits, by the database's number
     * @param spot the row within the table, as the database names it; empty when it does not say
     */
    public record Block(Holder holder, String table, String spot, String waiter, String statement, Duration waited) {}

    /**
     * Who holds the lock.
     *
     * @param session by the database's number; 0: no session, so a prepared branch
     * @param branches the prepared branch of ours that it is; MariaDB and MySQL do not say which, there all that it may be; empty for a
     *     session at work and for a stranger's branch
     * @param stranger name of a prepared transaction that is none of ours, as the statement that ends it wants it; empty where the database
     *     does not say, as MariaDB and MySQL
     */
    public record Holder(String session, List<BranchXid> branches, String stranger) {

        public boolean isPrepared() {
            return session.equals("0");
        }
    }

    /**
     * Who waits now, the longest first. A lock for which nobody waits is not listed.
     *
     * @throws RejectedException when the user may not look, or MySQL's performance schema is off
     */
    public List<Block> blocks() {
        return jdbc.autocommit(tx -> switch (tx.dialect()) {
            case POSTGRESQL -> tx.query(POSTGRESQL, row -> block(row, List.of()));
            case MARIADB -> innoDb(tx, MARIADB);
            case MYSQL -> {
                requirePerformanceSchema(tx);
                yield innoDb(tx, MYSQL);
            }
        });
    }

    private static void requirePerformanceSchema(Tx tx) {
        boolean on = tx.queryOne("SELECT @@performance_schema AS it", row -> row.intValue("it") == 1)
                .orElse(false);
        if (!on) {
            throw new RejectedException("MySQL shows who holds a lock only in its performance schema, which is off:"
                    + " set performance_schema = ON in the server's configuration and restart it");
        }
    }

    private static List<Block> innoDb(Tx tx, String sql) throws SQLException {
        List<BranchXid> prepared = InnoDbFinisher.list(tx.connection()).stream()
                .map(PreparedBranch::xid)
                .toList();
        return tx.query(sql, row -> block(row, prepared));
    }

    private static Block block(Row row, List<BranchXid> prepared) throws SQLException {
        String session = row.string("holder");
        String gid = row.text("gid");
        Optional<BranchXid> named = gid == null ? Optional.empty() : PostgresGid.read(gid);
        List<BranchXid> branches = named.map(List::of).orElse(session.equals("0") ? prepared : List.of());
        String statement = row.text("statement");
        String spot = row.text("spot");
        String table = row.text("tab");
        return new Block(
                new Holder(session, branches, gid == null || named.isPresent() ? "" : Strangers.literal(gid)),
                table == null ? "" : table,
                spot == null ? "" : spot.strip(),
                row.string("waiter"),
                statement == null ? "" : statement,
                Duration.ofMillis(row.longValue("waited")));
    }
}
