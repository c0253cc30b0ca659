package io.tallystick.jdbc;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * The pause before a transaction is repeated after a conflict. Its length is drawn at random, because two that collided and wait
 * equally long collide again; it doubles up to one second. Thread-safe.
 */
final class PauseRuntime {

    private static final long LONGEST_MILLIS = 1_000;

    private PauseRuntime() {}

    static void afterAttempt(int attempt) {
        long bound = Math.min(LONGEST_MILLIS, 5L << Math.min(attempt, 10));
        LockSupport.parkNanos(1_000_000L * ThreadLocalRandom.current().nextLong(1, bound + 1));
    }
}
