package io.tallystick.cdc.query;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Numbers for moments of reading: microseconds of the runner's clock, and always more than any number that was given out or heard of
 * before, whatever that clock does. Thread-safe.
 */
final class Stamps {

    private final InstantSource clock;
    private long last;
    private long given;

    Stamps(InstantSource clock) {
        this.clock = clock;
    }

    synchronized long next() {
        last = Math.max(last + 1, ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()));
        given = last;
        return given;
    }

    /** Somebody stands at this number. */
    synchronized void heard(long stamp) {
        last = Math.max(last, stamp);
    }

    /**
     * Whether somebody stands at a later number than any given out here, although numbers were given out: he would take what was handed
     * out for contained in what he has.
     */
    synchronized boolean overtaken() {
        return given > 0 && last > given;
    }
}
