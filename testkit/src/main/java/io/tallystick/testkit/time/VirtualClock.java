package io.tallystick.testkit.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock that moves only when told to, forwards or, as real clocks sometimes do, backwards. Thread-safe: every reader
 * sees the newest time.
 */
public final class VirtualClock implements InstantSource {
    /** Where a clock starts unless told otherwise; a fixed instant, so that a failure looks the same on every run. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Instant now;

    /** A clock at {@link #START}. */
    public VirtualClock() {
        this(START);
    }

    /** A clock at this instant. */
    public VirtualClock(Instant start) {
        this.now = start;
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    /**
     * Moves the clock forwards and returns the new time.
     *
     * @throws IllegalArgumentException for a negative duration; see {@link #jumpBackwards}
     */
    public synchronized Instant advance(Duration by) {
        now = now.plus(notNegative(by, "advance"));
        return now;
    }

    /** Sets the clock to this instant, later or earlier. */
    public synchronized void set(Instant instant) {
        now = instant;
    }

    /**
     * Moves the clock backwards, as a time server correcting a fast clock does, and returns the new time.
     *
     * @throws IllegalArgumentException for a negative duration
     */
    public synchronized Instant jumpBackwards(Duration by) {
        now = now.minus(notNegative(by, "jumpBackwards"));
        return now;
    }

    private static Duration notNegative(Duration by, String method) {
        if (by.isNegative()) {
            throw new IllegalArgumentException(method + ": expected a duration of zero or more, found " + by);
        }
        return by;
    }

    @Override
    public String toString() {
        return "VirtualClock at " + instant();
    }
}
