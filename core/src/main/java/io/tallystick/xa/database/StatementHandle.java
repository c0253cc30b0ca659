package io.tallystick.xa.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.Connection;
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
                return ConnectionHandle.call(method, real, arguments, work);
        }
    }

    private void note(String name, @Nullable Object @Nullable [] arguments) throws java.sql.SQLException {
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
