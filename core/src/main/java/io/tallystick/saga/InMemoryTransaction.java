package io.tallystick.saga;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of {@link InMemorySagaStore} in the shape of a connection: commit, rollback and close are all it knows.
 * Not thread-safe.
 */
final class InMemoryTransaction implements InvocationHandler {

    private final InMemorySagaStore store;
    private final List<Start> starts = new ArrayList<>();

    InMemoryTransaction(InMemorySagaStore store) {
        this.store = store;
    }

    /** A start that waits for the commit. */
    record Start(SagaStore.Lease lease, SagaStore.NewSaga start, boolean pickUp) {}

    static DataSource dataSource(InMemorySagaStore store) {
        return proxy(DataSource.class, (self, method, arguments) -> {
            if (method.getName().equals("getConnection")) {
                return new InMemoryTransaction(store).connection();
            }
            throw unsupported(method);
        });
    }

    /** @throws IllegalArgumentException for a connection to a real database */
    static InMemoryTransaction of(Connection connection) {
        if (Proxy.isProxyClass(connection.getClass())
                && Proxy.getInvocationHandler(connection) instanceof InMemoryTransaction transaction) {
            return transaction;
        }
        throw new IllegalArgumentException("a saga in memory cannot join a transaction of "
                + connection.getClass().getName() + "; begin it on the store's own data source");
    }

    Connection connection() {
        return proxy(Connection.class, this);
    }

    List<Start> starts() {
        return starts;
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments) throws SQLException {
        switch (method.getName()) {
            case "commit" -> commit();
            case "rollback", "close" -> starts.clear();
            case "setAutoCommit", "setTransactionIsolation" -> {}
            case "getAutoCommit", "isClosed" -> {
                return false;
            }
            case "getTransactionIsolation" -> {
                return Connection.TRANSACTION_READ_COMMITTED;
            }
            case "toString" -> {
                return "a transaction in memory";
            }
            default -> throw unsupported(method);
        }
        return null;
    }

    private void commit() {
        List<Start> waiting = List.copyOf(starts);
        starts.clear();
        store.commit(waiting);
    }

    private static SQLFeatureNotSupportedException unsupported(Method method) {
        return new SQLFeatureNotSupportedException(
                method.getName() + ": a simulation has no SQL; keep business data in memory too");
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
