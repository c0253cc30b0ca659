package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a position from which everything can be followed. What a transaction has changed stands in the log where it was prepared; so
 * the position is one moment, and what was prepared between an earlier moment and this one is read again from there. When a branch does
 * not end, that earlier moment is the beginning of the log that the server still has. For one thread.
 */
final class Beginning {

    private static final Logger LOG = LoggerFactory.getLogger(Beginning.class);

    /** So long branches may take to end; a commit in two phases takes milliseconds. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

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
        return sql.visit("reading the position of " + flavour.productName() + rights(), this::find);
    }

    /** MySQL calls this lack of a right a fatal error of a branch. */
    private String rights() {
        return flavour == Flavour.MYSQL ? ", for which the user needs REPLICATION CLIENT and XA_RECOVER_ADMIN" : "";
    }

    private Position find(Connection connection) throws SQLException {
        long attempts = 1 + patience.dividedBy(PAUSE);
        String from = LogHistory.now(connection, flavour);
        // a branch is in the log a moment before XA RECOVER shows it
        LockSupport.parkNanos(PAUSE.toNanos());
        Set<List<String>> prepared = prepared(connection);
        while (!prepared.isEmpty()) {
            if (attempts-- <= 0) {
                LOG.warn(
                        "these transactions are prepared and do not end: {}; so that their changes are not missed when they are"
                                + " committed, the whole log that {} still has will be read again. XA RECOVER shows them",
                        prepared,
                        flavour.productName());
                return flavour.beginning(LogHistory.now(connection, flavour), LogHistory.oldest(connection, flavour));
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
