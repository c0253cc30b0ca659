package io.tallystick.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.util.DriverDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A pool that says at once when the database refuses its user. Others try again until the time for borrowing is over (10 s), because
 * they take every failure for one that passes; a wrong password does not. It goes on trying all the same, so that it heals when the
 * password is mended at the server. Thread-safe.
 */
public final class CandidPool extends HikariDataSource {

    private final Logins logins;

    private CandidPool(HikariConfig config, Logins logins) {
        super(config);
        this.logins = logins;
    }

    /**
     * A pool that can be opened while the database is away.
     *
     * @param kind what the database is, for the pool's name
     */
    public static HikariConfig config(ConnectionSettings settings, String kind) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName(settings.applicationName() + "-" + kind);
        pool.setJdbcUrl(settings.url());
        pool.setUsername(settings.user());
        pool.setPassword(settings.password());
        pool.setMaximumPoolSize(settings.poolSize());
        pool.setConnectionTimeout(Math.max(250, settings.timeouts().borrow().toMillis()));
        pool.setInitializationFailTimeout(-1);
        return pool;
    }

    /** @param config with a JDBC URL */
    public static CandidPool open(HikariConfig config) {
        return open(config, config.getJdbcUrl());
    }

    /** @param url what the driver is to connect to, where the URL of the configuration is only what people know it by */
    public static CandidPool open(HikariConfig config, String url) {
        Logins logins = new Logins(new DriverDataSource(
                url,
                config.getDriverClassName(),
                config.getDataSourceProperties(),
                config.getUsername(),
                config.getPassword()));
        config.setDataSource(logins);
        return new CandidPool(config, logins);
    }

    /**
     * From now on it also says at once that nobody listens at the server's port: for those who try again themselves, or are asked by
     * a person who waits. Others are spared a server that is just restarted.
     */
    public CandidPool tellingWhenNobodyListens() {
        logins.tellWhenNobodyListens();
        return this;
    }

    @Override
    public Connection getConnection() throws SQLException {
        HikariPoolMXBean pool = getHikariPoolMXBean();
        boolean empty = pool != null && !isClosed() && pool.getTotalConnections() == 0;
        return empty ? first() : super.getConnection();
    }

    /** The first one, or the first again: whatever is known sooner, a connection or a refusal. */
    private Connection first() throws SQLException {
        CompletableFuture<Connection> answer = logins.refusal();
        Thread asking = new Thread(() -> ask(answer), getPoolName() + "-first");
        asking.setDaemon(true);
        if (!answer.isDone()) {
            asking.start();
        }
        try {
            return answer.get();
        } catch (ExecutionException e) {
            asking.interrupt();
            if (e.getCause() instanceof SQLException told) {
                // others hear of the same refusal: each gets an exception of his own
                throw new SQLException(told.getMessage(), told);
            }
            throw new IllegalStateException("pool " + getPoolName() + " is of no use: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!answer.cancel(false) && !answer.isCompletedExceptionally()) {
                // it has come at this very moment, and nobody else would give it back
                return answer.join();
            }
            throw new SQLException(getPoolName() + ": interrupted while waiting for a connection", e);
        } finally {
            logins.forget(answer);
        }
    }

    private void ask(CompletableFuture<Connection> answer) {
        try {
            Connection connection = super.getConnection();
            if (!answer.complete(connection)) {
                connection.close();
            }
        } catch (Throwable e) {
            // the root of this thread: what it did not pass on, somebody would wait for without end
            answer.completeExceptionally(e);
        }
    }
}
