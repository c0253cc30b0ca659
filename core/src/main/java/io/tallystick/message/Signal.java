package io.tallystick.message;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting thread; raising it several times wakes it once. Raised before the wait it ends the wait at once. */
final class Signal {
    private final Semaphore raised = new Semaphore(0);

    void raise() {
        if (raised.availablePermits() == 0) {
            raised.release();
        }
    }

    boolean await(long nanos) throws InterruptedException {
        boolean woken = raised.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        raised.drainPermits();
        return woken;
    }
}
