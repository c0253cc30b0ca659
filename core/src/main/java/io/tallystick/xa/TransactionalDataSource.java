package io.tallystick.xa;

import io.tallystick.jdbc.TallystickException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Optional;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A resource's connections: the branch's within the thread's transaction, plain ones outside. Thread-safe. */
final class TransactionalDataSource implements DataSource {

    private final XaEngine engine;
    private final JdbcBranchDriver driver;

    TransactionalDataSource(XaEngine engine, JdbcBranchDriver driver) {
        this.engine = engine;
        this.driver = driver;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Optional<XaTransaction> transaction = engine.current();
        if (transaction.isEmpty()) {
            return driver.outside();
        }
        try {
            return transaction.get().connection(driver.resource());
        } catch (TallystickException e) {
            throw new SQLException(e.getMessage(), e);
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the pool of resource '" + driver.resource()
                + "' has one user for all its connections: use getConnection()");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {
        // logs go to slf4j
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("set the connect time-out where the resource is configured");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("logs go to slf4j");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException("data source of resource '" + driver.resource() + "' is no " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
