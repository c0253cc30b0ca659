package io.tallystick.bench.cdc;

import io.tallystick.bench.LatencyHistogram;
import io.tallystick.bench.cdc.contender.Worker;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sees the keys 1, 2, 3 … become visible at the target: it asks for the greatest one again and again. A key gets the time of the answer
 * that showed it, so what is found is never too short, and too long by one gap between answers at most. It pauses between
 * them, because it would else take a processor from those whom it observes.
 */
final class Lookout {
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final TestDatabase target;
    private final long[] seen;
    private final LatencyHistogram gaps = new LatencyHistogram();
    private final Worker worker;

    Lookout(TestDatabase target, int last) {
        this.target = target;
        this.seen = new long[last + 1];
        this.worker = new Worker("lookout", this::look);
    }

    void start() {
        worker.start();
    }

    /** Ends it, whatever was seen. */
    void end() throws InterruptedException {
        worker.check();
        worker.end();
    }

    /** When a key was visible, by {@link System#nanoTime()}. */
    long seen(int id) {
        return seen[id];
    }

    /** Times between two answers. */
    LatencyHistogram gaps() {
        return gaps;
    }

    private void look() throws SQLException {
        try (Connection connection = target.connect();
                PreparedStatement greatest = connection.prepareStatement("SELECT max(id) FROM bench")) {
            int known = 0;
            long before = System.nanoTime();
            while (worker.goesOn() && known < seen.length - 1) {
                int now = ask(greatest);
                long answered = System.nanoTime();
                gaps.record(answered - before);
                before = answered;
                while (known < now) {
                    seen[++known] = answered;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private static int ask(PreparedStatement greatest) throws SQLException {
        try (ResultSet row = greatest.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
