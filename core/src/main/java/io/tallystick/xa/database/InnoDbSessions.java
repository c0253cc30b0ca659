package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What is set once for each session of MariaDB or MySQL, and learnt about it. The server itself ends a session that stays idle in a
 * transaction for too long, also one that is prepared: on MariaDB that also frees the branch which a vanished coordinator's session would
 * hide from everybody (measured on 11.4). Stateless.
 */
final class InnoDbSessions implements SessionRules {

    private static final String VARIABLES =
            "SHOW SESSION VARIABLES WHERE Variable_name IN ('server_id', 'server_uuid', 'xa_detach_on_prepare')";
    private static final String CLIENT =
            "SELECT ID, HOST FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()";
    private static final String STILL_THERE = """
            SELECT 1 FROM information_schema.PROCESSLIST
            WHERE ID = ? AND HOST = ? AND USER = SUBSTRING_INDEX(USER(), '@', 1)""";

    private final Dialect dialect;
    private final PoolSettings settings;
    private final Consumer<String> reached;

    /** @param reached is told which database each new connection leads to */
    InnoDbSessions(Dialect dialect, PoolSettings settings, Consumer<String> reached) {
        this.dialect = dialect;
        this.settings = settings;
        this.reached = reached;
    }

    @Override
    public Session begin(Connection physical) throws SQLException {
        XaWords.execute(physical, limits());
        String incarnation = "";
        boolean detaches = false;
        try (Statement statement = physical.createStatement();
                ResultSet variables = statement.executeQuery(VARIABLES)) {
            while (variables.next()) {
                String value = variables.getString(2);
                switch (variables.getString(1)) {
                    case "xa_detach_on_prepare" -> detaches = "ON".equals(value);
                    // MariaDB has no uuid that survives a restart in a container; replicas must differ in the server's
                    // id
                    case "server_id" -> incarnation = incarnation.isEmpty() ? "server " + value : incarnation;
                    default -> incarnation = value;
                }
            }
        }
        reached.accept(incarnation);
        return new Session(client(physical, detaches), incarnation);
    }

    private String limits() {
        long lock = wholeSeconds(settings.lock());
        long longest = wholeSeconds(settings.longestTransaction());
        String locks = "SET SESSION innodb_lock_wait_timeout = " + lock + ", lock_wait_timeout = " + lock;
        return dialect == Dialect.MARIADB
                ? locks + ", idle_transaction_timeout = " + longest + ", max_statement_time = " + longest
                // MySQL knows idleness only as such; an idle connection that it closed is replaced by the pool
                : locks + ", wait_timeout = " + longest;
    }

    static long wholeSeconds(Duration duration) {
        return Math.max(1, duration.plusMillis(999).toSeconds());
    }

    private static String client(Connection physical, boolean detaches) throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet rows = statement.executeQuery(CLIENT)) {
            // a proxy may hide it: then nobody will end the session from outside
            return rows.next() && rows.getString(2) != null
                    ? new ServerSession(rows.getLong(1), rows.getString(2), detaches).toString()
                    : "";
        }
    }

    @Override
    public void kill(Connection other, Session session) throws SQLException {
        Optional<ServerSession> known = ServerSession.parse(session.id());
        if (known.isPresent()) {
            kill(other, known.get());
        }
    }

    /** Ends that session if it is still there and one of our own user's. */
    static boolean kill(Connection other, ServerSession session) throws SQLException {
        try (PreparedStatement look = other.prepareStatement(STILL_THERE)) {
            look.setLong(1, session.number());
            look.setString(2, session.client());
            try (ResultSet rows = look.executeQuery()) {
                if (!rows.next()) {
                    return false;
                }
            }
        }
        XaWords.execute(other, "KILL " + session.number());
        return true;
    }
}
