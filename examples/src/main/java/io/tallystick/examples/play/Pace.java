package io.tallystick.examples.play;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Looks again and again, for a limited time. For one thread. */
final class Pace {

    private static final long STEP_NANOS = Duration.ofMillis(50).toNanos();

    private final long end;

    private Pace(long end) {
        this.end = end;
    }

    static Pace limited(Duration longest) {
        return new Pace(System.nanoTime() + longest.toNanos());
    }

    /** Waits a moment; false when the time is over or the thread was interrupted. */
    boolean next() {
        if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
            return false;
        }
        LockSupport.parkNanos(STEP_NANOS);
        return true;
    }
}
