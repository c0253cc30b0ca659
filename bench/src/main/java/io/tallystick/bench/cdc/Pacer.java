package io.tallystick.bench.cdc;

import io.tallystick.bench.cdc.contender.Worker;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One client that commits a row a transaction, keys 1, 2, 3 …, each when it is due and not when the one before is done: after
 * a stall it catches up, so that a slow moment has as many commits as a fast one. The times may be read when it is done.
 */
final class Pacer {
    private final TestDatabase source;
    private final long nanosEach;
    private final long[] due;
    private final long[] committed;
    private final Worker worker;

    Pacer(TestDatabase source, int perSecond, int transactions) {
        this.source = source;
        this.nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.due = new long[transactions + 1];
        this.committed = new long[transactions + 1];
        this.worker = new Worker("pacer", this::commit);
    }

    void start() {
        worker.start();
    }

    /** Waits for the last commit. */
    void await() throws InterruptedException {
        worker.await();
        worker.check();
    }

    int transactions() {
        return due.length - 1;
    }

    /** When it was to be committed, by {@link System#nanoTime()}. */
    long due(int id) {
        return due[id];
    }

    /** When the source had answered. */
    long committed(int id) {
        return committed[id];
    }

    private void commit() throws SQLException {
        try (Connection connection = source.connect();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO bench VALUES (?, 'customer', 1.5, current_timestamp(6))")) {
            long begun = System.nanoTime();
            for (int id = 1; id < due.length; id++) {
                due[id] = begun + id * nanosEach;
                for (long left = due[id] - System.nanoTime(); left > 0; left = due[id] - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                insert.setLong(1, id);
                insert.executeUpdate();
                committed[id] = System.nanoTime();
            }
        }
    }
}
