package io.tallystick.xa.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import io.tallystick.jdbc.WrappingDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.IdentityHashMap;
import java.util.Map;
import javax.sql.DataSource;

/** Makes physical connections, each set up by the rules of its database, and remembers what was learnt about it. Thread-safe. */
final class PhysicalSource implements WrappingDataSource {

    private final DataSource driver;
    private final SessionRules rules;

    /** Read by every branch, written with each new connection: replaced and not changed, so that nobody waits to read it. */
    private volatile Map<Connection, Session> sessions = Map.of();

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
            remember(connection, rules.begin(connection));
            return connection;
        } catch (SQLException | RuntimeException e) {
            closeBeside(connection, e);
            throw e;
        }
    }

    private synchronized void remember(Connection connection, Session session) throws SQLException {
        Map<Connection, Session> open = new IdentityHashMap<>();
        for (Map.Entry<Connection, Session> known : sessions.entrySet()) {
            if (!known.getKey().isClosed()) {
                open.put(known.getKey(), known.getValue());
            }
        }
        open.put(connection, session);
        sessions = open;
    }

    private static void closeBeside(Connection connection, Exception cause) {
        try {
            connection.close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public DataSource wrapped() {
        return driver;
    }
}
