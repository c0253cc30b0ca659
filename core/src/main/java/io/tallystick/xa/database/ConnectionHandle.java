package io.tallystick.xa.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The connection that an application holds within a transaction: everything but ending the transaction goes to the physical one.
 * Several handles share it; closing one closes nothing else. A dynamic proxy, so that it has every method of every JDBC version; it
 * costs some tens of nanoseconds a call. Result sets are the driver's own.
 */
final class ConnectionHandle implements InvocationHandler {

    private final BranchWork work;
    private boolean closed;

    private ConnectionHandle(BranchWork work) {
        this.work = work;
    }

    static Connection on(BranchWork work) {
        return proxy(Connection.class, new ConnectionHandle(work));
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        String name = method.getName();
        switch (name) {
            case "close":
                closed = true;
                return null;
            case "isClosed":
                return closed || work.isEnded();
            case "equals":
                return arguments != null && self == arguments[0];
            case "hashCode":
                return System.identityHashCode(self);
            case "toString":
                return "connection of the " + work;
            default:
                checkOpen();
                return open((Connection) self, method, name, arguments);
        }
    }

    private void checkOpen() throws SQLException {
        work.checkOpen();
        if (closed) {
            throw new SQLException("this connection of the " + work
                    + " has been closed; ask the data source for another one, it joins the same transaction");
        }
    }

    private @Nullable Object open(Connection self, Method method, String name, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        switch (name) {
            case "getAutoCommit":
                return false;
            case "setAutoCommit":
                if (arguments != null && Boolean.TRUE.equals(arguments[0])) {
                    throw work.refused("setAutoCommit(true)");
                }
                return null;
            case "commit", "abort":
                throw work.refused(name + "()");
            case "rollback":
                if (arguments == null) {
                    throw work.refused("rollback()");
                }
                return call(method, work.connection(), arguments, work);
            case "unwrap":
                return unwrap(self, work.connection(), (Class<?>) first(arguments), work);
            case "isWrapperFor":
                return wraps(self, work.connection(), (Class<?>) first(arguments));
            case "setReadOnly", "setTransactionIsolation", "setCatalog", "setSchema", "setNetworkTimeout":
                // the pool sees them, and sets them back when it gets the connection back
                return call(method, work.pooled(), arguments, work);
            default:
                return wrapped(self, method, arguments);
        }
    }

    private @Nullable Object wrapped(Connection self, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        Class<?> type = method.getReturnType();
        if (Statement.class.isAssignableFrom(type)) {
            return statement(self, method, arguments, type);
        }
        if (type == DatabaseMetaData.class) {
            work.about(SqlKind.QUERY, null);
            DatabaseMetaData data = (DatabaseMetaData) required(call(method, work.connection(), arguments, work));
            return proxy(
                    DatabaseMetaData.class,
                    (proxy, asked, with) ->
                            asked.getName().equals("getConnection") ? self : call(asked, data, with, work));
        }
        if (method.getName().equals("setSavepoint")) {
            work.about(SqlKind.QUERY, null);
        }
        return call(method, work.connection(), arguments, work);
    }

    private Object statement(Connection self, Method method, @Nullable Object @Nullable [] arguments, Class<?> type)
            throws Throwable {
        String sql = arguments != null && arguments[0] instanceof String text ? text : null;
        SqlKind kind = sql == null ? null : work.kindOf(sql);
        if (arguments != null && arguments.length > 1 && asksForUpdatableRows(arguments, sql == null ? 1 : 2)) {
            work.outOfSight();
        }
        Statement real = sql != null && method.getParameterCount() == 1 && type == PreparedStatement.class
                ? prepared(sql)
                : (Statement) required(call(method, work.connection(), arguments, work));
        work.opened(real);
        StatementHandle handler = new StatementHandle(work, self, real, sql, kind);
        if (type == Statement.class) {
            return proxy(Statement.class, handler);
        }
        return type == PreparedStatement.class
                ? proxy(PreparedStatement.class, handler)
                : proxy(CallableStatement.class, handler);
    }

    /** As nearly every transaction does it: without reflection. */
    private Statement prepared(String sql) throws SQLException {
        try {
            return work.connection().prepareStatement(sql);
        } catch (SQLException e) {
            throw work.seen(e);
        }
    }

    /** Rows changed through a result set are changed behind the back of every statement. */
    private static boolean asksForUpdatableRows(@Nullable Object[] arguments, int at) {
        return arguments.length > at
                && Integer.valueOf(ResultSet.CONCUR_UPDATABLE).equals(arguments[at]);
    }

    static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(ConnectionHandle.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    static @Nullable Object call(Method method, Object target, @Nullable Object @Nullable [] arguments, BranchWork work)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            throw cause instanceof SQLException error ? work.seen(error) : cause == null ? e : cause;
        }
    }

    static Object unwrap(java.sql.Wrapper self, java.sql.Wrapper real, Class<?> type, BranchWork work)
            throws SQLException {
        if (type.isInstance(self)) {
            return self;
        }
        // the driver's own interface: what is done there (COPY, large objects) is not seen
        work.outOfSight();
        return type.isInstance(real) ? real : real.unwrap(type);
    }

    static boolean wraps(java.sql.Wrapper self, java.sql.Wrapper real, Class<?> type) throws SQLException {
        return type.isInstance(self) || type.isInstance(real) || real.isWrapperFor(type);
    }

    static Object first(@Nullable Object @Nullable [] arguments) {
        return required(arguments == null ? null : arguments[0]);
    }

    private static Object required(@Nullable Object value) {
        return java.util.Objects.requireNonNull(value, "null where JDBC allows none");
    }
}
