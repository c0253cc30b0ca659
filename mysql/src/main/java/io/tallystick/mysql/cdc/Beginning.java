package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Position;
import io.tallystick.jdbc.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds a position from which everything can be followed. What a transaction has changed stands in the log where it was prepared; so
 * the position is one moment, and what was prepared between an earlier moment and this one is read again from there. For one thread.
 */
final class Beginning {

    static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final SourceSql sql;
    private final Flavour flavour;
    private final Duration patience;

    Beginning(SourceSql sql, Flavour flavour, Duration patience) {
        this.sql = sql;
        this.flavour = flavour;
        this.patience = patience;
    }

    Position find() {
        return sql.visit("reading the position of " + flavour.productName(), this::find);
    }

    private Position find(Connection connection) throws SQLException {
        long attempts = 1 + patience.dividedBy(PAUSE);
        String from = LogHistory.now(connection, flavour);
        // a branch is in the log a moment before XA RECOVER shows it
        LockSupport.parkNanos(PAUSE.toNanos());
        Set<List<String>> prepared = prepared(connection);
        while (!prepared.isEmpty()) {
            if (attempts-- <= 0) {
                throw new UnavailableException("prepared transactions have not ended in " + patience + ": " + prepared
                        + "; what they have changed stands in the log before any position that could be begun at. Commit or roll them"
                        + " back (XA RECOVER; tally tx), then begin again");
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            prepared.retainAll(prepared(connection));
        }
        return flavour.beginning(LogHistory.now(connection, flavour), from);
    }

    private static Set<List<String>> prepared(Connection connection) throws SQLException {
        return new HashSet<>(SourceSql.rows(connection, "XA RECOVER"));
    }
}
