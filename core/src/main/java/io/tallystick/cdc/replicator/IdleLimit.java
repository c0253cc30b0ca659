package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetDialect;
import io.tallystick.jdbc.Tx;
import java.time.Duration;
import java.time.Instant;

/**
 * Has a target's server end a session that says nothing for too long in the middle of a transaction: a runner that is frozen, or whose
 * host is cut off, would hold its locks until somebody noticed. MySQL has no such limit for transactions, only one for sessions. For
 * one session.
 */
final class IdleLimit {

    private final TargetDialect dialect;
    private final Duration most;
    private Instant saidAt = Instant.EPOCH;

    /** @param dialect as the server says it: a URL may take MySQL for MariaDB, and the two call it differently */
    IdleLimit(TargetDialect dialect, Duration most) {
        this.dialect = dialect;
        this.most = most;
    }

    void set(Tx tx) {
        long seconds = most.plusMillis(999).toSeconds();
        switch (dialect) {
            case POSTGRESQL -> tx.update("SET idle_in_transaction_session_timeout = " + most.toMillis());
            case MARIADB -> tx.update("SET SESSION idle_transaction_timeout = " + seconds);
            case MYSQL -> tx.update("SET SESSION wait_timeout = " + seconds);
            case H2, STANDARD -> {
                // no way is known
            }
        }
    }

    /** Back to what the server gives everybody. */
    void reset(Tx tx) {
        switch (dialect) {
            case POSTGRESQL -> tx.update("RESET idle_in_transaction_session_timeout");
            case MARIADB -> tx.update("SET SESSION idle_transaction_timeout = DEFAULT");
            case MYSQL -> tx.update("SET SESSION wait_timeout = DEFAULT");
            case H2, STANDARD -> {
                // nothing was set
            }
        }
    }

    /** Says a word now and then where the limit would be reached otherwise. */
    void stayAwake(Tx tx, Instant now, boolean inTransaction) {
        boolean limited = inTransaction || dialect == TargetDialect.MYSQL;
        if (limited && !now.isBefore(saidAt.plus(most.dividedBy(3)))) {
            saidAt = now;
            tx.query("SELECT 1 AS one", row -> row.intValue("one"));
        }
    }
}
