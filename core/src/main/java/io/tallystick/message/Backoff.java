package io.tallystick.message;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between tries: random between zero and a bound that doubles (full jitter), so that many who failed together
 * do not come back together.
 *
 * @param first bound of the first pause
 * @param longest the bound never grows beyond this
 * @param attempts how often something is tried in all before it is set aside; at least 1
 */
public record Backoff(Duration first, Duration longest, int attempts) {
    public Backoff {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0 || attempts < 1) {
            throw new IllegalArgumentException("backoff from " + first + " to " + longest + " with " + attempts
                    + " attempts: expected 0 < first <= longest and at least one attempt");
        }
    }

    /** From 200 ms to 30 s, ten attempts: about two minutes until a message is set aside. */
    public static Backoff standard() {
        return new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30), 10);
    }

    /** The pause after this many failed attempts, counted from 1. */
    public Duration pause(int failedAttempts, RandomGenerator random) {
        long bound = first.toMillis() << Math.min(30, Math.max(0, failedAttempts - 1));
        long capped = Math.max(1, Math.min(longest.toMillis(), bound));
        return Duration.ofMillis(random.nextLong(capped) + 1);
    }
}
