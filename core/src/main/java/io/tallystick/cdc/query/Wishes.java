package io.tallystick.cdc.query;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Up to which moment somebody wants to have read, so that the next question comes soon. Thread-safe. */
final class Wishes {

    private static final long BREATH_NANOS = 5_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long wanted;

    void upTo(long stamp) {
        lock.lock();
        try {
            wanted = Math.max(wanted, stamp);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean beyond(long stamp) {
        lock.lock();
        try {
            return wanted > stamp;
        } finally {
            lock.unlock();
        }
    }

    /** Waits at most this long, and until somebody wishes for more than this; if somebody does already, only for a breath. */
    void await(long nanos, long stamp) throws InterruptedException {
        lock.lock();
        try {
            boolean already = wanted > stamp;
            long left = already ? Math.min(nanos, BREATH_NANOS) : nanos;
            while (left > 0 && (already || wanted <= stamp)) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
