package io.tallystick.xa.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One physical connection, held by one branch. One thread at a time, save for {@link #cut}. */
final class Lease {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    private final BranchPool pool;
    private final Connection pooled;
    private final Connection connection;
    private final Session session;
    private int usualNetworkTimeout = -1;
    private int networkTimeout = -1;
    private boolean autocommit;
    private volatile boolean spoilt;
    private volatile boolean onlyOnce;
    private final AtomicBoolean released = new AtomicBoolean();

    Lease(BranchPool pool, Connection pooled, Connection connection, Session session) {
        this.pool = pool;
        this.pooled = pooled;
        this.connection = connection;
        this.session = session;
    }

    /** The driver's own connection. */
    Connection connection() {
        return connection;
    }

    /** The same below the pool's eyes: what is set on it (isolation, read-only, schema) is set back when it is given back. */
    Connection pooled() {
        return pooled;
    }

    Session session() {
        return session;
    }

    /** Something went wrong on it: destroy it instead of giving it back. */
    void spoil() {
        spoilt = true;
    }

    /** Its session is set up in a way that suits no other: fit for this branch, destroyed instead of given back. */
    void useOnce() {
        onlyOnce = true;
    }

    boolean isSpoilt() {
        return spoilt;
    }

    /** No answer takes longer than this from now on; set back when it is given back. Costs no round trip. */
    void answerWithin(Duration budget) throws SQLException {
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, budget.toMillis()));
        if (usualNetworkTimeout < 0) {
            usualNetworkTimeout = connection.getNetworkTimeout();
            networkTimeout = usualNetworkTimeout;
        }
        if (networkTimeout != millis) {
            connection.setNetworkTimeout(Runnable::run, millis);
            networkTimeout = millis;
        }
    }

    /** From here on each statement is its own transaction, until it is given back. */
    void autocommit() throws SQLException {
        autocommit = true;
        connection.setAutoCommit(true);
    }

    /**
     * From any thread: closes the socket under whoever uses it, has the server end the session, and gives the place in the pool back. What was
     * given back before is somebody else's by now, and left alone.
     */
    void cut() {
        spoilt = true;
        if (!released.compareAndSet(false, true)) {
            return;
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("aborting a connection failed; its session is ended at the server all the same", e);
        } finally {
            pool.kill(session);
            pool.giveBack(pooled, true);
        }
    }

    /** Gives it back, or destroys it. Idempotent. */
    void release() {
        if (!released.compareAndSet(false, true)) {
            return;
        }
        if (!spoilt) {
            restore();
        }
        pool.giveBack(pooled, spoilt || onlyOnce);
    }

    private void restore() {
        try {
            if (autocommit) {
                connection.setAutoCommit(false);
            }
            if (networkTimeout != usualNetworkTimeout) {
                connection.setNetworkTimeout(Runnable::run, usualNetworkTimeout);
            }
        } catch (SQLException | RuntimeException | Error e) {
            LOG.debug("a connection could not be set back and is destroyed", e);
            spoilt = true;
        }
    }
}
