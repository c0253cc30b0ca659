package io.tallystick.testkit.crash;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.function.Predicate;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source whose calls fail when told to. Wrap the driver's own data source, below any pool, so that a lost
 * connection is lost for the pool as well.
 *
 * <pre>{@code
 * FaultyDataSource source = FaultyDataSource.around(db.dataSource());
 * source.failOn(call -> call.mentions("commit"), JdbcFault.lostReply());
 * assertThatThrownBy(() -> transfer(source)).isInstanceOf(UnknownOutcome.class);
 * }</pre>
 *
 * <p>Thread-safe; with several threads the numbers follow the order in which the calls arrive.
 */
public final class FaultyDataSource implements DataSource {
    private final DataSource delegate;
    private final CallPlan plan;

    private FaultyDataSource(DataSource delegate, CallPlan plan) {
        this.delegate = delegate;
        this.plan = plan;
    }

    /** Wraps a data source; nothing fails until told. */
    public static FaultyDataSource around(DataSource delegate) {
        return around(delegate, new CallObserver() {});
    }

    /** Wraps a data source and shows each call to an observer, whose exceptions reach the caller. */
    public static FaultyDataSource around(DataSource delegate, CallObserver observer) {
        return new FaultyDataSource(delegate, new CallPlan(observer));
    }

    /** Fails the n-th call, counted from 1 since the last {@link #reset}. */
    public FaultyDataSource failCall(long number, JdbcFault fault) {
        if (number < 1) {
            throw new IllegalArgumentException("number of the call: expected 1 or more, found " + number);
        }
        plan.add(call -> call.number() == number, fault, true);
        return this;
    }

    /** Fails the next call that matches, once. */
    public FaultyDataSource failOn(Predicate<JdbcCall> which, JdbcFault fault) {
        plan.add(which, fault, true);
        return this;
    }

    /** Fails every call that matches, until {@link #heal}. */
    public FaultyDataSource failAll(Predicate<JdbcCall> which, JdbcFault fault) {
        plan.add(which, fault, false);
        return this;
    }

    /** Forgets all faults; the count goes on. */
    public void heal() {
        plan.heal();
    }

    /** Forgets all faults, the log and the count. */
    public void reset() {
        plan.reset();
    }

    /** How many calls there were, failed ones included. */
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

    @Override
    public Connection getConnection() throws SQLException {
        return open(delegate::getConnection);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return open(() -> delegate.getConnection(user, password));
    }

    @FunctionalInterface
    private interface Opening {
        Connection open() throws SQLException;
    }

    private Connection open(Opening opening) throws SQLException {
        FaultyConnection link = new FaultyConnection(plan);
        return JdbcProxies.sqlCall(() -> (Connection) JdbcProxies.nonNull(
                plan.perform("getConnection", null, link::breakOff, () -> link.around(opening.open()))));
    }

    @Override
    public @Nullable PrintWriter getLogWriter() throws SQLException {
        return delegate.getLogWriter();
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        delegate.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        delegate.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return delegate.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return delegate.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || delegate.isWrapperFor(type);
    }
}
