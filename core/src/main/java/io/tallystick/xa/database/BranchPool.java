package io.tallystick.xa.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The physical connections of one resource: some that carry branches, without autocommit, and some outside of transactions, with
 * autocommit, so that recovery never waits for a branch to end and no mode has to be switched on the wire.
 *
 * <p>A connection on which anything went wrong is destroyed when it is given back, never used again. Statement caches are the
 * drivers' own: pgjdbc caches by itself (preparedStatementCacheQueries, prepareThreshold); for MariaDB and MySQL set
 * {@code useServerPrepStmts=true&cachePrepStmts=true}. Starts while the database is away and heals by itself. Thread-safe.
 */
final class BranchPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BranchPool.class);
    private static final int KILLS_WAITING = 1_000;
    private static final int MOST_BORROWERS = 256;

    /** MySQL knows only one limit for idleness, so it ends idle connections too: a sign of life in time, the shortest that Hikari takes. */
    private static final long SIGN_OF_LIFE_MILLIS = 30_000;

    private final PoolSettings settings;
    private final Dialect dialect;
    private final SessionRules rules;
    private final PhysicalSource physical;
    private final HikariDataSource branches;
    private final HikariDataSource outside;
    private final ThreadPoolExecutor killer;
    private final ThreadPoolExecutor borrower;

    /**
     * @param source the driver's own data source; of a Hikari pool what is below it and its isolation, schema and catalog are taken,
     *     and the pool itself is left to its owner
     */
    BranchPool(DataSource source, PoolSettings settings, Dialect dialect, SessionRules rules) {
        this.settings = settings;
        this.dialect = dialect;
        this.rules = rules;
        this.physical = new PhysicalSource(source, rules);
        this.branches = pool(source, "branches", false);
        this.outside = pool(source, "outside", true);
        this.killer = new ThreadPoolExecutor(
                1,
                1,
                5,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(KILLS_WAITING),
                this::killerThread,
                (task, full) ->
                        LOG.warn("{}: too many sessions to end at once, the server must find out by itself", this));
        killer.allowCoreThreadTimeOut(true);
        // as many as may wait at the same time, each for as long as the pool lets it; who comes then waits by itself
        this.borrower = new ThreadPoolExecutor(
                0,
                MOST_BORROWERS,
                5,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                this::borrowerThread,
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    private Thread borrowerThread(Runnable task) {
        Thread thread = new Thread(task, settings.name() + "-borrower");
        thread.setDaemon(true);
        return thread;
    }

    private HikariDataSource pool(DataSource source, String part, boolean autocommit) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName(settings.name() + "-" + part);
        pool.setDataSource(physical);
        pool.setMaximumPoolSize(settings.branches());
        // opens no connection before one is asked for
        pool.setMinimumIdle(0);
        pool.setConnectionTimeout(Math.max(250, settings.borrow().toMillis()));
        pool.setInitializationFailTimeout(-1);
        pool.setKeepaliveTime(SIGN_OF_LIFE_MILLIS);
        pool.setAutoCommit(autocommit);
        if (source instanceof HikariConfig given) {
            pool.setTransactionIsolation(given.getTransactionIsolation());
            pool.setSchema(given.getSchema());
            pool.setCatalog(given.getCatalog());
            pool.setConnectionInitSql(given.getConnectionInitSql());
        }
        // made here and not by the first who asks: Hikari's close() does not see one that somebody is just making, and
        // it would stay open
        return new HikariDataSource(pool);
    }

    private Thread killerThread(Runnable task) {
        Thread thread = new Thread(task, settings.name() + "-session-killer");
        thread.setDaemon(true);
        return thread;
    }

    PoolSettings settings() {
        return settings;
    }

    Dialect dialect() {
        return dialect;
    }

    /**
     * A connection for one branch, until it is given back.
     *
     * @throws io.tallystick.jdbc.TallystickException when there is none to be had: nothing has begun
     */
    Lease lease() {
        try {
            Connection pooled = branches.getConnection();
            Connection raw = pooled.unwrap(Connection.class);
            return new Lease(this, pooled, raw, physical.sessionOf(raw));
        } catch (SQLException e) {
            // with a cause a connection could not be made; without one they are there, and lent
            if (e instanceof SQLTransientConnectionException && e.getCause() == null) {
                throw new UnavailableException(
                        "all " + settings.branches() + " connections of " + this
                                + " are in use, and none came back within "
                                + settings.borrow().toMillis()
                                + " ms: nothing has begun there. Let transactions be shorter, or the resource have more connections",
                        e);
            }
            throw SqlErrors.translate(e, dialect, false, "opening a branch on " + settings.name());
        }
    }

    /** A connection outside any transaction, in autocommit mode; closing it gives it back. */
    Connection outside() throws SQLException {
        return outside.getConnection();
    }

    /**
     * As {@link #outside()}, and waits no longer than this. The pool's own limit, for all who wait and whatever they wait for, is longer, and
     * that for testing a connection comes on top: so another thread waits there, and gives back what comes too late.
     */
    Connection outside(Duration atMost) throws SQLException {
        CompletableFuture<Connection> wanted = new CompletableFuture<>();
        borrower.execute(() -> borrow(wanted));
        try {
            return wanted.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SQLException refused ? refused : new SQLException(e.getCause());
        } catch (TimeoutException e) {
            return comeMeanwhile(wanted, "no connection to " + this + " within " + atMost.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return comeMeanwhile(wanted, "interrupted while waiting for a connection to " + this, e);
        }
    }

    private void borrow(CompletableFuture<Connection> wanted) {
        try {
            Connection connection = outside.getConnection();
            if (!wanted.complete(connection)) {
                closeQuietly(connection);
            }
        } catch (SQLException | RuntimeException e) {
            wanted.completeExceptionally(e);
        }
    }

    /** Exactly one of both sides has it: who waited, or who borrowed and gives it back. */
    private static Connection comeMeanwhile(CompletableFuture<Connection> wanted, String why, Exception cause)
            throws SQLException {
        SQLException late = new SQLTransientConnectionException(why, cause);
        if (wanted.completeExceptionally(late) || wanted.isCompletedExceptionally()) {
            throw late;
        }
        return wanted.join();
    }

    /** {@link #outside} as a data source. */
    DataSource outsideSource() {
        return outside;
    }

    /** Gives a connection of {@link #outside} back, or destroys it. */
    void giveBackOutside(Connection connection, boolean destroy) {
        giveBack(outside, connection, destroy);
    }

    /** What was learnt about a connection of {@link #outside} when it was made. */
    Session sessionOf(Connection outsideConnection) throws SQLException {
        return physical.sessionOf(outsideConnection.unwrap(Connection.class));
    }

    void giveBack(Connection pooled, boolean destroy) {
        giveBack(branches, pooled, destroy);
    }

    private void giveBack(HikariDataSource pool, Connection pooled, boolean destroy) {
        if (destroy && !pool.isClosed()) {
            // takes it from its holder too: closing it after that would be one time too often
            pool.evictConnection(pooled);
            replaceForWhoWaits(pool);
        } else {
            closeQuietly(pooled);
        }
    }

    /**
     * A pool that keeps none idle makes a connection when somebody comes, and none in place of one that was destroyed: who waits already
     * would wait to the end of his time. So somebody comes.
     */
    private void replaceForWhoWaits(HikariDataSource pool) {
        HikariPoolMXBean state = pool.getHikariPoolMXBean();
        if (state != null && state.getThreadsAwaitingConnection() > 0) {
            borrower.execute(() -> {
                try {
                    pool.getConnection().close();
                } catch (SQLException | RuntimeException e) {
                    LOG.debug("{}: no connection in place of a destroyed one; who waits is told so himself", this, e);
                }
            });
        }
    }

    /** Ends a session at the server, in the background; a server that cannot be reached must find out by itself. */
    void kill(Session session) {
        if (!session.id().isEmpty()) {
            killer.execute(() -> killNow(session));
        }
    }

    private void killNow(Session session) {
        try (Connection other = outside()) {
            rules.kill(other, session);
        } catch (SQLException | RuntimeException e) {
            LOG.warn(
                    "{}: session {} could not be ended; the server ends it when it notices that the client is gone",
                    this,
                    session.id(),
                    e);
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closing a connection failed; no outcome depends on it", e);
        }
    }

    @Override
    public void close() {
        killer.shutdown();
        borrower.shutdown();
        branches.close();
        outside.close();
    }

    @Override
    public String toString() {
        return "resource " + settings.name();
    }
}
