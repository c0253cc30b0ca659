package io.tallystick.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A driver, as a pool uses it, that remembers whether the server refused the user when he knocked last, and tells, where that is wanted,
 * when there was nobody to knock at. Thread-safe.
 */
final class Logins implements WrappingDataSource {

    private final DataSource driver;
    private final Set<CompletableFuture<Connection>> waiting = ConcurrentHashMap.newKeySet();
    private volatile @Nullable SQLException refused;
    private volatile boolean tellsWhenNobodyListens;

    Logins(DataSource driver) {
        this.driver = driver;
    }

    void tellWhenNobodyListens() {
        tellsWhenNobodyListens = true;
    }

    /** Ends with the next refusal; at once when the last answer was one. */
    CompletableFuture<Connection> refusal() {
        CompletableFuture<Connection> answer = new CompletableFuture<>();
        waiting.add(answer);
        SQLException last = refused;
        if (last != null) {
            answer.completeExceptionally(last);
        }
        return answer;
    }

    void forget(CompletableFuture<Connection> answer) {
        waiting.remove(answer);
    }

    @Override
    public Connection getConnection() throws SQLException {
        return logIn(driver::getConnection);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return logIn(() -> driver.getConnection(user, password));
    }

    private Connection logIn(Login login) throws SQLException {
        try {
            Connection connection = login.connect();
            refused = null;
            return connection;
        } catch (SQLException e) {
            // a server that went away meanwhile may have another mind when it is back
            refused = SqlErrors.isLoginRefused(e) ? e : null;
            // a port is not remembered: somebody may listen the next time
            if (refused != null || tellsWhenNobodyListens && SqlErrors.isNobodyListening(e)) {
                waiting.forEach(answer -> answer.completeExceptionally(e));
            }
            throw e;
        }
    }

    @Override
    public DataSource wrapped() {
        return driver;
    }

    private interface Login {
        Connection connect() throws SQLException;
    }
}
