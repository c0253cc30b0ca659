package io.tallystick.examples.hands;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import org.mariadb.jdbc.MariaDbDataSource;

/** MariaDB's XA data source, whose commits of phase 2 can be made to wait; a pool makes it by its class, so the switch is static. */
public final class SlowMariaDb extends MariaDbDataSource {

    private static final AtomicReference<CountDownLatch> GATE = new AtomicReference<>(new CountDownLatch(0));

    /** From now on commits wait until this is counted down. */
    static CountDownLatch holdCommits() {
        CountDownLatch gate = new CountDownLatch(1);
        GATE.set(gate);
        return gate;
    }

    @Override
    public XAConnection getXAConnection() throws SQLException {
        return slow(super.getXAConnection());
    }

    @Override
    public XAConnection getXAConnection(String user, String password) throws SQLException {
        return slow(super.getXAConnection(user, password));
    }

    private static XAConnection slow(XAConnection real) throws SQLException {
        XAResource resource = proxy(XAResource.class, real.getXAResource());
        return (XAConnection) Proxy.newProxyInstance(
                SlowMariaDb.class.getClassLoader(),
                new Class<?>[] {XAConnection.class},
                (proxy, method, arguments) ->
                        method.getName().equals("getXAResource") ? resource : call(method, real, arguments));
    }

    private static <T> T proxy(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                SlowMariaDb.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        GATE.get().await();
                    }
                    return call(method, real, arguments);
                }));
    }

    private static Object call(java.lang.reflect.Method method, Object target, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
