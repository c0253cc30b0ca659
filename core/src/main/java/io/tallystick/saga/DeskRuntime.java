package io.tallystick.saga;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits on the monotonic clock for what another process does. */
final class DeskRuntime {

    /** An engine looks for requests four times a second; asking much more often gains nothing. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private DeskRuntime() {}

    /** Asks at least once, then until it is so, the time is over, or the thread is interrupted. */
    static boolean waitUntil(BooleanSupplier so, Duration atMost) {
        long begin = System.nanoTime();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() - begin >= atMost.toNanos()
                    || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return true;
    }
}
