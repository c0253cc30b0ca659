package io.tallystick.testkit.crash;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Dynamic proxies of JDBC interfaces, so that every method of every JDBC version is there. */
final class JdbcProxies {
    private JdbcProxies() {}

    static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(JdbcProxies.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** Calls the real object; its own exception comes out, not the reflective wrapper. */
    static @Nullable Object invoke(Method method, Object target, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    static Object nonNull(@Nullable Object value) {
        return Objects.requireNonNull(value, "the driver returned null");
    }

    /** What a proxied JDBC method may throw. */
    @FunctionalInterface
    interface Body<T> {
        T call() throws Throwable;
    }

    static <T> T sqlCall(Body<T> body) throws SQLException {
        try {
            return body.call();
        } catch (SQLException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new SQLException("unexpected failure of a JDBC call", e);
        }
    }
}
