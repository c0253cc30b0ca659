package io.tallystick.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a data source's connections are like, learnt from its first one: asking or setting the isolation for every transaction would
 * be a round trip to the server each time.
 */
record SessionKind(Dialect dialect, boolean readCommittedByItself) {

    private static final String READ_COMMITTED = "TRANSACTION_READ_COMMITTED";

    static SessionKind of(Connection connection, DataSource source, @Nullable Dialect given) throws SQLException {
        boolean readCommitted =
                source instanceof HikariDataSource pool && READ_COMMITTED.equals(pool.getTransactionIsolation())
                        || connection.getTransactionIsolation() == Connection.TRANSACTION_READ_COMMITTED;
        return new SessionKind(given != null ? given : Dialect.of(connection), readCommitted);
    }

    /** Makes the connection ready for one READ COMMITTED transaction. */
    void begin(Connection connection) throws SQLException {
        if (!readCommittedByItself) {
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        }
        if (connection.getAutoCommit()) {
            connection.setAutoCommit(false);
        }
    }
}
