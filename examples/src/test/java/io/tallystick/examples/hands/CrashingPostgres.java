package io.tallystick.examples.hands;

import io.tallystick.testkit.crash.CrashPoints;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;
import org.postgresql.xa.PGXADataSource;

/** PostgreSQL's XA data source in a process that may die after a vote, or before and after a commit of phase 2. */
public final class CrashingPostgres extends PGXADataSource {

    private static final CrashPoints POINTS = CrashPoints.fromEnvironment();

    @Override
    public XAConnection getXAConnection(@Nullable String user, @Nullable String password) throws SQLException {
        XAConnection real = super.getXAConnection(user, password);
        XAResource resource = around(XAResource.class, real.getXAResource());
        return (XAConnection) Proxy.newProxyInstance(
                CrashingPostgres.class.getClassLoader(),
                new Class<?>[] {XAConnection.class},
                (proxy, method, arguments) ->
                        method.getName().equals("getXAResource") ? resource : call(method, real, arguments));
    }

    @Override
    public XAConnection getXAConnection() throws SQLException {
        return getXAConnection(getUser(), getPassword());
    }

    private static <T> T around(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                CrashingPostgres.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    boolean decided = method.getName().equals("commit");
                    if (decided) {
                        POINTS.reached("decided, PostgreSQL not told yet");
                    }
                    Object answer = call(method, real, arguments);
                    if (decided || method.getName().equals("prepare")) {
                        POINTS.reached(method.getName() + " done in PostgreSQL");
                    }
                    return answer;
                }));
    }

    private static @Nullable Object call(
            java.lang.reflect.Method method, Object target, @Nullable Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
