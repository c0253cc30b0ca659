package io.tallystick.xa.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;

/** What is left of the time that a caller gives for an answer, however many statements it takes; by the real clock. Immutable. */
final class BudgetRuntime {

    private static final long LONGEST_MILLIS = 600_000;

    private final long end;

    private BudgetRuntime(long end) {
        this.end = end;
    }

    /** Begins now. */
    static BudgetRuntime of(Duration budget) {
        return new BudgetRuntime(System.nanoTime() + Math.min(budget.toNanos(), LONGEST_MILLIS * 1_000_000));
    }

    /** At least zero. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    /**
     * The next answer on this connection takes no longer than what is left.
     *
     * @throws SQLTimeoutException when nothing is left: do not ask
     */
    void bound(Connection connection) throws SQLException {
        long millis = left().toMillis();
        if (millis == 0) {
            throw new SQLTimeoutException("the time for an answer is used up; nothing more was asked");
        }
        connection.setNetworkTimeout(Runnable::run, (int) millis);
    }
}
