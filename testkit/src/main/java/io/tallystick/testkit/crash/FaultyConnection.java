package io.tallystick.testkit.crash;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The proxy of one connection and its statements. After a fault that loses it, it answers like a closed one. */
final class FaultyConnection implements InvocationHandler {
    private static final Set<String> COUNTED = Set.of("commit", "rollback", "setSavepoint", "releaseSavepoint");
    private static final Set<String> ALLOWED_WHEN_LOST = Set.of("close", "abort", "toString", "hashCode", "equals");
    /** SQLState of a connection that does not exist (ISO 9075 class 08). */
    private static final String NO_CONNECTION = "08003";

    private final CallPlan plan;
    private volatile @Nullable Connection real;
    private volatile @Nullable Connection proxy;
    private volatile boolean lost;

    FaultyConnection(CallPlan plan) {
        this.plan = plan;
    }

    Connection around(Connection connection) {
        real = connection;
        Connection created = JdbcProxies.proxy(Connection.class, this);
        proxy = created;
        return created;
    }

    /** Drops the real connection without a goodbye, as a network failure does. */
    void breakOff() {
        lost = true;
        Connection connection = real;
        if (connection == null) {
            return;
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // it is gone, which was the point
        }
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments) throws Throwable {
        Object connection = JdbcProxies.nonNull(real);
        String name = method.getName();
        if (lost && !ALLOWED_WHEN_LOST.contains(name)) {
            return whenLost(name);
        }
        if (COUNTED.contains(name)) {
            return plan.perform(name, null, this::breakOff, () -> JdbcProxies.invoke(method, connection, arguments));
        }
        if (name.equals("equals")) {
            return arguments != null && self == arguments[0];
        }
        Object result = JdbcProxies.invoke(method, connection, arguments);
        if (result instanceof Statement statement && method.getDeclaringClass() == Connection.class) {
            return wrap(statement, arguments != null && arguments[0] instanceof String sql ? sql : null);
        }
        return result;
    }

    private static Object whenLost(String method) throws SQLException {
        return switch (method) {
            case "isClosed" -> true;
            case "isValid" -> false;
            default -> throw lostError();
        };
    }

    private static SQLException lostError() {
        return new SQLException("injected: this connection was lost by an earlier fault", NO_CONNECTION);
    }

    private Statement wrap(Statement statement, @Nullable String preparedSql) {
        InvocationHandler handler = (self, method, arguments) -> onStatement(statement, preparedSql, method, arguments);
        if (statement instanceof CallableStatement) {
            return JdbcProxies.proxy(CallableStatement.class, handler);
        }
        if (statement instanceof PreparedStatement) {
            return JdbcProxies.proxy(PreparedStatement.class, handler);
        }
        return JdbcProxies.proxy(Statement.class, handler);
    }

    private @Nullable Object onStatement(
            Statement statement, @Nullable String preparedSql, Method method, Object @Nullable [] arguments)
            throws Throwable {
        String name = method.getName();
        if (lost && !ALLOWED_WHEN_LOST.contains(name)) {
            if (name.equals("isClosed")) {
                return true;
            }
            throw lostError();
        }
        if (name.equals("getConnection")) {
            return proxy;
        }
        if (name.startsWith("execute")) {
            String sql = arguments != null && arguments[0] instanceof String text ? text : preparedSql;
            return plan.perform(name, sql, this::breakOff, () -> JdbcProxies.invoke(method, statement, arguments));
        }
        return JdbcProxies.invoke(method, statement, arguments);
    }
}
