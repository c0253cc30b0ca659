package io.tallystick.xa.database;

import io.tallystick.jdbc.WrappingDataSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import org.jspecify.annotations.Nullable;

/**
 * An XADataSource as a plain one, so that an ordinary pool holds its connections: closing one closes the XAConnection below, {@code
 * unwrap(XAConnection.class)} gives it. Thread-safe.
 */
final class XaConnections implements WrappingDataSource {

    private final XADataSource source;

    XaConnections(XADataSource source) {
        this.source = source;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return of(source.getXAConnection());
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return of(source.getXAConnection(user, password));
    }

    private static Connection of(XAConnection physical) throws SQLException {
        try {
            return ConnectionHandle.proxy(Connection.class, new Whole(physical, physical.getConnection()));
        } catch (SQLException | RuntimeException e) {
            try {
                physical.close();
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    @Override
    public XADataSource wrapped() {
        return source;
    }

    /** The one handle of an XAConnection, for as long as that lives. */
    private record Whole(XAConnection physical, Connection handle) implements InvocationHandler {

        @Override
        public @Nullable Object invoke(Object self, Method method, @Nullable Object @Nullable [] arguments)
                throws Throwable {
            switch (method.getName()) {
                case "close":
                    physical.close();
                    return null;
                case "equals":
                    return arguments != null && self == arguments[0];
                case "hashCode":
                    return System.identityHashCode(self);
                case "unwrap":
                    return asks(arguments) ? physical : handle.unwrap((Class<?>) ConnectionHandle.first(arguments));
                case "isWrapperFor":
                    return asks(arguments) || handle.isWrapperFor((Class<?>) ConnectionHandle.first(arguments));
                default:
                    return onHandle(method, arguments);
            }
        }

        private static boolean asks(@Nullable Object @Nullable [] arguments) {
            return arguments != null && arguments[0] == XAConnection.class;
        }

        private @Nullable Object onHandle(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(handle, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        }
    }
}
