package io.tallystick.jdbc;

import java.io.PrintWriter;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Wrapper;
import java.util.logging.Logger;
import javax.sql.CommonDataSource;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A data source before another one, which may be one of XA connections: everything but the connections is that one's. */
public interface WrappingDataSource extends DataSource {

    /** The other one. */
    CommonDataSource wrapped();

    @Override
    default @Nullable PrintWriter getLogWriter() throws SQLException {
        return wrapped().getLogWriter();
    }

    @Override
    default void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        wrapped().setLogWriter(out);
    }

    @Override
    default void setLoginTimeout(int seconds) throws SQLException {
        wrapped().setLoginTimeout(seconds);
    }

    @Override
    default int getLoginTimeout() throws SQLException {
        return wrapped().getLoginTimeout();
    }

    @Override
    default Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return wrapped().getParentLogger();
    }

    @Override
    default <T> T unwrap(Class<T> type) throws SQLException {
        CommonDataSource other = wrapped();
        if (type.isInstance(other)) {
            return type.cast(other);
        }
        if (other instanceof Wrapper further) {
            return further.unwrap(type);
        }
        throw new SQLException("a " + other.getClass().getName() + " is no " + type.getName());
    }

    @Override
    default boolean isWrapperFor(Class<?> type) throws SQLException {
        CommonDataSource other = wrapped();
        return type.isInstance(other) || other instanceof Wrapper further && further.isWrapperFor(type);
    }
}
