package io.tallystick.postgres.cdc;

import io.tallystick.jdbc.TallystickException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second how far the server's log has grown, and writes a heartbeat into it now and then: a slot only moves on with what it
 * reads, and tables that rest give it nothing while the rest of the cluster fills the disk. What goes wrong here is tried again; the
 * stream does not depend on it. Runs a thread of its own.
 */
final class ServerWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerWatch.class);

    private static final String LOOK = """
            SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END::text""";
    /** Not transactional: it needs no transaction number and is decoded at once. */
    private static final String BEAT =
            "SELECT pg_logical_emit_message(false, 'tally', '') WHERE NOT pg_is_in_recovery()";

    private static final long SECOND_MILLIS = 1_000;

    private final WalAccess access;
    private final Duration heartbeat;
    private final Thread thread;
    private volatile long end;
    private volatile boolean closed;
    private @Nullable Connection connection;

    /** @param connection an ordinary one, from now on the watch's; lost, it is replaced */
    ServerWatch(WalAccess access, Connection connection, Duration heartbeat, String name) {
        this.access = access;
        this.connection = connection;
        this.heartbeat = heartbeat;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    ServerWatch start() {
        thread.start();
        return this;
    }

    /** The end of the server's log when it was last looked at; 0 when it was not yet. */
    long end() {
        return end;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run() {
        long lastBeat = System.nanoTime() - heartbeat.toNanos();
        while (!closed) {
            boolean due = System.nanoTime() - lastBeat >= heartbeat.toNanos();
            if (look(due) && due) {
                lastBeat = System.nanoTime();
            }
            pause();
        }
        disconnect();
    }

    private boolean look(boolean beat) {
        try {
            if (connection == null) {
                connection = access.ordinary();
            }
            try (Statement statement = connection.createStatement()) {
                if (beat) {
                    statement.execute(BEAT);
                }
                try (ResultSet rows = statement.executeQuery(LOOK)) {
                    rows.next();
                    end = Lsn.parse(rows.getString(1));
                }
            }
            return true;
        } catch (SQLException | TallystickException e) {
            LOG.debug("no look at {} now; the next one comes in a second", access.name(), e);
            disconnect();
            return false;
        }
    }

    private void disconnect() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("closing the connection of the watch failed; the server ends it", e);
            }
            connection = null;
        }
    }

    private void pause() {
        try {
            Thread.sleep(Math.min(SECOND_MILLIS, heartbeat.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }
}
