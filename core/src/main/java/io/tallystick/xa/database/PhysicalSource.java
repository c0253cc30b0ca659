package io.tallystick.xa.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Makes physical connections, each set up by the rules of its database, and remembers what was learnt about it. Thread-safe. */
final class PhysicalSource implements DataSource {

    private final DataSource driver;
    private final SessionRules rules;
    private final Map<Connection, Session> sessions = Collections.synchronizedMap(new WeakHashMap<>());

    PhysicalSource(DataSource source, SessionRules rules) {
        this.driver = belowAnyPool(source);
        this.rules = rules;
    }

    /** A pool in a pool would hand out the same physical connection under two names: take what is below. */
    private static DataSource belowAnyPool(DataSource source) {
        if (!(source instanceof HikariDataSource pool)) {
            return source;
        }
        if (pool.getDataSource() != null) {
            return pool.getDataSource();
        }
        return new DriverDataSource(
                pool.getJdbcUrl(),
                pool.getDriverClassName(),
                pool.getDataSourceProperties(),
                pool.getUsername(),
                pool.getPassword());
    }

    /** What was learnt about a connection made here. */
    Session sessionOf(Connection physical) {
        Session session = sessions.get(physical);
        return session == null ? new Session("", "") : session;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return begun(driver.getConnection());
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return begun(driver.getConnection(user, password));
    }

    private Connection begun(Connection connection) throws SQLException {
        try {
            if (!connection.getAutoCommit()) {
                // what is set within a transaction goes with it
                connection.setAutoCommit(true);
            }
            sessions.put(connection, rules.begin(connection));
            return connection;
        } catch (SQLException | RuntimeException e) {
            closeBeside(connection, e);
            throw e;
        }
    }

    private static void closeBeside(Connection connection, Exception cause) {
        try {
            connection.close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public @Nullable PrintWriter getLogWriter() throws SQLException {
        return driver.getLogWriter();
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        driver.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        driver.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return driver.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return driver.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(driver) ? type.cast(driver) : driver.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(driver) || driver.isWrapperFor(type);
    }
}
