package io.tallystick.saga;

import java.time.Duration;

/**
 * When an attempt with an unknown outcome is repeated, always with the same idempotency key. The pause doubles from
 * {@code first} up to {@code longest}; a quarter of it is taken off or not by a hash of (saga, step, attempt), so that many
 * sagas do not return at once and a replay still computes the same instant.
 *
 * @param first pause before the second attempt; never zero, so that attempts are not used up in milliseconds
 * @param longest upper bound of a pause
 * @param attempts attempts in all before the step gives up
 */
public record RetryPolicy(Duration first, Duration longest, int attempts) {

    /** Ten attempts over about two minutes: longer than a restart, shorter than a person's patience. */
    public static final RetryPolicy DEFAULT = exponential(Duration.ofMillis(200), Duration.ofSeconds(30));

    public RetryPolicy {
        if (first.isZero() || first.isNegative() || longest.compareTo(first) < 0 || attempts < 1) {
            throw new IllegalArgumentException("retry(first=" + first + ", longest=" + longest + ", attempts="
                    + attempts + "): expected 0 < first <= longest and at least one attempt");
        }
    }

    /** Doubling pauses, ten attempts. */
    public static RetryPolicy exponential(Duration first, Duration longest) {
        return new RetryPolicy(first, longest, 10);
    }

    /** One attempt only. */
    public static RetryPolicy never() {
        return new RetryPolicy(Duration.ofSeconds(1), Duration.ofSeconds(1), 1);
    }

    public RetryPolicy attempts(int most) {
        return new RetryPolicy(first, longest, most);
    }

    boolean allows(int attempt) {
        return attempt <= attempts;
    }

    /** The pause before the given attempt (2 is the first repetition), spread by {@code salt}. */
    Duration pauseBefore(int attempt, long salt) {
        int doublings = Math.min(30, Math.max(0, attempt - 2));
        long millis = Math.min(longest.toMillis(), saturatingShift(Math.max(1, first.toMillis()), doublings));
        long spread = Long.remainderUnsigned(mix(salt + attempt), millis / 4 + 1);
        return Duration.ofMillis(millis - spread);
    }

    /** The longest a step can go on retrying, without the attempts themselves. */
    public Duration total() {
        long millis = 0;
        for (int attempt = 2; attempt <= attempts; attempt++) {
            millis += Math.min(
                    longest.toMillis(), saturatingShift(Math.max(1, first.toMillis()), Math.min(30, attempt - 2)));
        }
        return Duration.ofMillis(millis);
    }

    private static long saturatingShift(long value, int by) {
        return value > Long.MAX_VALUE >> by ? Long.MAX_VALUE : value << by;
    }

    /** Finaliser of SplitMix64 (Steele, Lea, Flood 2014): spreads neighbouring salts evenly. */
    private static long mix(long salt) {
        long z = salt + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
