package io.tallystick.testkit.crash;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;

/**
 * The same as {@link FaultyDataSource} for two-phase commit: the methods of the {@link XAResource} are counted and fail
 * too, with {@link XAException#XAER_RMFAIL} (the resource manager is unavailable) around the fault's exception.
 * Thread-safe.
 */
public final class FaultyXaDataSource {
    private static final Set<String> XA_CALLS =
            Set.of("start", "end", "prepare", "commit", "rollback", "recover", "forget");

    private final XADataSource delegate;
    private final CallPlan plan = new CallPlan(new CallObserver() {});

    private FaultyXaDataSource(XADataSource delegate) {
        this.delegate = delegate;
    }

    /** Wraps an XA data source; nothing fails until told. */
    public static FaultyXaDataSource around(XADataSource delegate) {
        return new FaultyXaDataSource(delegate);
    }

    /** The data source to hand to the code under test. */
    public XADataSource dataSource() {
        return JdbcProxies.proxy(XADataSource.class, (self, method, arguments) -> {
            if (!method.getName().equals("getXAConnection")) {
                return JdbcProxies.invoke(method, delegate, arguments);
            }
            return plan.perform(
                    "getXAConnection",
                    null,
                    () -> {},
                    () -> wrap((XAConnection) JdbcProxies.nonNull(JdbcProxies.invoke(method, delegate, arguments))));
        });
    }

    /** Fails the n-th call, counted from 1. */
    public FaultyXaDataSource failCall(long number, JdbcFault fault) {
        plan.add(call -> call.number() == number, fault, true);
        return this;
    }

    /** Fails the next call that matches, once. */
    public FaultyXaDataSource failOn(Predicate<JdbcCall> which, JdbcFault fault) {
        plan.add(which, fault, true);
        return this;
    }

    /** Forgets all faults; the count goes on. */
    public void heal() {
        plan.heal();
    }

    /** How many calls there were. */
    public long calls() {
        return plan.count();
    }

    /** How many of them failed by a fault. */
    public long faults() {
        return plan.fired();
    }

    /** The newest calls, oldest first, at most 1000. */
    public List<JdbcCall> log() {
        return plan.log();
    }

    private XAConnection wrap(XAConnection real) {
        return JdbcProxies.proxy(XAConnection.class, (self, method, arguments) -> {
            Object result = JdbcProxies.invoke(method, real, arguments);
            if (result instanceof XAResource resource) {
                return wrap(resource, real);
            }
            return result instanceof Connection connection ? new FaultyConnection(plan).around(connection) : result;
        });
    }

    private XAResource wrap(XAResource real, XAConnection owner) {
        return JdbcProxies.proxy(XAResource.class, (self, method, arguments) -> {
            if (!XA_CALLS.contains(method.getName())) {
                return JdbcProxies.invoke(method, real, arguments);
            }
            return counted(method, real, owner, arguments);
        });
    }

    private @Nullable Object counted(Method method, XAResource real, XAConnection owner, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return plan.perform(
                    "xa " + method.getName(),
                    null,
                    () -> close(owner),
                    () -> JdbcProxies.invoke(method, real, arguments));
        } catch (SQLException e) {
            XAException failure = new XAException(XAException.XAER_RMFAIL);
            failure.initCause(e);
            throw failure;
        }
    }

    private static void close(XAConnection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // it is gone, which was the point
        }
    }
}
