package io.tallystick.cli;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One connection, kept while a command runs and opened again when it broke. A pool would open more than a command needs, and
 * repeat a wrong password until its time is over. Public because the library reads the URL for its messages. For one thread.
 */
public final class Database implements DataSource, AutoCloseable {

    private static final int VALID_WITHIN_SECONDS = 2;

    private final String url;
    private final Properties properties;
    private @Nullable Connection open;

    Database(String url, Properties properties) {
        this.url = url;
        this.properties = properties;
    }

    public String getUrl() {
        return url;
    }

    Properties properties() {
        return properties;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection known = open;
        if (known == null || !known.isValid(VALID_WITHIN_SECONDS)) {
            known = DriverManager.getConnection(url, properties);
            open = known;
        }
        return kept(known);
    }

    private static Connection kept(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Database.class.getClassLoader(), new Class<?>[] {Connection.class}, (p, m, a) -> {
                    if (m.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return m.invoke(connection, a);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public void close() {
        Connection known = open;
        if (known != null) {
            try {
                known.close();
            } catch (SQLException alreadyGone) {
                open = null;
            }
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the user is given once, when the command starts");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("give the driver's own parameter in the URL");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("drivers log through slf4j here");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("not a wrapper for " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
