package io.tallystick.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * How far the database's clock is from this machine's, by the midpoint of one question and answer (Cristian's algorithm). Deadlines and
 * leases live on the database's clock, so an offset is no danger to them; it misleads people who compare logs.
 */
public final class ClockOffset {

    private static final Duration TOLERATED = Duration.ofSeconds(1);

    private final InstantSource clock;

    public ClockOffset(InstantSource clock) {
        this.clock = clock;
    }

    /** Positive when the database is ahead; exact to half a round trip. */
    public Duration of(Tx tx) {
        Instant before = clock.instant();
        Instant there = tx.query("SELECT " + tx.dialect().now() + " AS clock", row -> row.instant("clock"))
                .get(0);
        Instant after = clock.instant();
        return Duration.between(before.plus(Duration.between(before, after).dividedBy(2)), there);
    }

    /** A warning when the offset is over one second. */
    public Optional<Finding> examine(Tx tx) {
        Duration offset = of(tx);
        if (offset.abs().compareTo(TOLERATED) <= 0) {
            return Optional.empty();
        }
        return Optional.of(Finding.warning(
                "clock of the database",
                offset.toMillis() + " ms away from this machine's",
                "times in logs of both cannot be compared",
                "run NTP on both hosts (timedatectl set-ntp true)"));
    }
}
