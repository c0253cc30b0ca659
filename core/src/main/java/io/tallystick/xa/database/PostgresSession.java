package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Sets a PostgreSQL session's limits, and learns its number and which database it is in. A commit that carries a
 * decision must be durable when it is answered: synchronous_commit = off is overridden.
 */
final class PostgresSession implements SessionRules {

    /**
     * The server looks this often whether the client of a running statement, or of a wait for a lock, is still there; without it the locks
     * of a dead client stay until the statement ends.
     */
    private static final String CLIENT_CHECK_MILLIS = "2000";

    private static final String LIMITS = """
            SELECT set_config('lock_timeout', '%d', false), set_config('statement_timeout', '%d', false),
              set_config('idle_in_transaction_session_timeout', '%d', false),
              CASE WHEN current_setting('server_version_num')::int >= 140000 AND version() LIKE '%%linux%%'
                THEN set_config('client_connection_check_interval', '%s', false) END,
              CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END,
              EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'tally_xact_number'),
              pg_backend_pid() || '@' || (SELECT extract(epoch FROM backend_start) FROM pg_stat_get_activity(pg_backend_pid())),
              %s""";

    /**
     * The number of the session's transaction, null before it has written. A statement that the session has prepared, so that it is not
     * parsed and planned at each PREPARE TRANSACTION.
     */
    static final String NUMBER = "EXECUTE tally_xact_number";

    /** The same in a session that has forgotten the statement. */
    static final String NUMBER_AFRESH = "SELECT pg_current_xact_id_if_assigned()";

    private static final String PREPARE_NUMBER = "PREPARE tally_xact_number AS " + NUMBER_AFRESH;

    /** The timeline of the newest log file: that of pg_control is the old one until the first checkpoint after a promotion. */
    static final String INCARNATION = """
            (CASE WHEN pg_is_in_recovery() THEN '' ELSE (SELECT system_identifier FROM pg_control_system()) || '/'
              || ltrim(left(pg_walfile_name(pg_current_wal_lsn()), 8), '0') END)""";

    private static final String KILL = """
            SELECT pg_terminate_backend(pid) FROM pg_stat_get_activity(?) WHERE extract(epoch FROM backend_start)::text = ?""";

    private final PoolSettings settings;
    private final Consumer<String> incarnations;

    /** @param incarnations is told which database each new connection has reached */
    PostgresSession(PoolSettings settings, Consumer<String> incarnations) {
        this.settings = settings;
        this.incarnations = incarnations;
    }

    @Override
    public Session begin(Connection physical) throws SQLException {
        Session session;
        try {
            session = begin(physical, INCARNATION);
        } catch (SQLException e) {
            if (!SqlErrors.isMissingPrivilege(e, Dialect.POSTGRESQL)) {
                throw e;
            }
            // a hosted server that keeps its system identifier to itself
            session = begin(physical, "''");
        }
        incarnations.accept(session.incarnation());
        return session;
    }

    private Session begin(Connection physical, String incarnation) throws SQLException {
        Duration longest = settings.longestTransaction();
        String sql = LIMITS.formatted(
                settings.lock().toMillis(), longest.toMillis(), longest.toMillis(), CLIENT_CHECK_MILLIS, incarnation);
        try (Statement statement = physical.createStatement()) {
            Session session;
            boolean known;
            try (ResultSet row = statement.executeQuery(sql)) {
                row.next();
                // a data source that is a pool itself hands out sessions that were here before
                known = row.getBoolean(6);
                session = new Session(String.valueOf(row.getString(7)), String.valueOf(row.getString(8)));
            }
            if (!known) {
                statement.execute(PREPARE_NUMBER);
            }
            return session;
        }
    }

    @Override
    public void kill(Connection other, Session session) throws SQLException {
        String[] parts = session.id().split("@", 2);
        try (PreparedStatement statement = other.prepareStatement(KILL)) {
            statement.setInt(1, Integer.parseInt(parts[0]));
            statement.setString(2, parts[1]);
            statement.executeQuery().close();
        }
    }
}
