package io.tallystick.xa.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A statement of a {@link ConnectionHandle}: notes what is executed, and knows the handle as its connection. */
final class StatementHandle implements InvocationHandler {

    private final BranchWork work;
    private final Connection handle;
    private final Statement real;
    private final @Nullable String sql;
    private final @Nullable SqlKind kind;

    /** @param kind of a prepared statement; null for one that gets its text when it is executed */
    StatementHandle(BranchWork work, Connection handle, Statement real, @Nullable String sql, @Nullable SqlKind kind) {
        this.work = work;
        this.handle = handle;
        this.real = real;
        this.sql = sql;
        this.kind = kind;
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        String name = method.getName();
        switch (name) {
            case "getConnection":
                return handle;
            case "close":
                work.closed(real);
                return ConnectionHandle.call(method, real, arguments, work);
            case "isClosed":
                return work.isEnded() || real.isClosed();
            case "equals":
                return arguments != null && self == arguments[0];
            case "hashCode":
                return System.identityHashCode(self);
            case "toString", "cancel":
                return ConnectionHandle.call(method, real, arguments, work);
            case "unwrap":
                work.checkOpen();
                return ConnectionHandle.unwrap(
                        (Statement) self, real, (Class<?>) ConnectionHandle.first(arguments), work);
            case "isWrapperFor":
                return ConnectionHandle.wraps((Statement) self, real, (Class<?>) ConnectionHandle.first(arguments));
            default:
                work.checkOpen();
                note(name, arguments);
                return real instanceof PreparedStatement prepared
                        ? called(prepared, method, name, arguments)
                        : ConnectionHandle.call(method, real, arguments, work);
        }
    }

    /** What nearly every transaction calls goes to the driver directly: a call by reflection costs a transaction some microseconds. */
    private @Nullable Object called(
            PreparedStatement to, Method method, String name, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            if (arguments == null) {
                switch (name) {
                    case "execute":
                        return to.execute();
                    case "executeUpdate":
                        return to.executeUpdate();
                    case "executeQuery":
                        return to.executeQuery();
                    default:
                }
            } else if (arguments.length == 2 && arguments[0] instanceof Integer index) {
                if (name.equals("setInt") && arguments[1] instanceof Integer value) {
                    to.setInt(index, value);
                    return null;
                }
                if (name.equals("setLong") && arguments[1] instanceof Long value) {
                    to.setLong(index, value);
                    return null;
                }
                if (name.equals("setString")) {
                    to.setString(index, (String) arguments[1]);
                    return null;
                }
            }
        } catch (SQLException e) {
            throw work.seen(e);
        }
        return ConnectionHandle.call(method, to, arguments, work);
    }

    private void note(String name, @Nullable Object @Nullable [] arguments) throws SQLException {
        boolean executes = name.startsWith("execute");
        if (!executes && !name.equals("addBatch")) {
            return;
        }
        if (arguments != null && arguments.length > 0 && arguments[0] instanceof String text) {
            work.about(work.kindOf(text), text);
        } else if (executes) {
            work.about(kind == null ? SqlKind.WRITE : kind, sql);
        }
    }
}
