package io.tallystick.postgres.cdc;

import java.time.Instant;

/** PostgreSQL's clock in messages: microseconds since 2000-01-01 in UTC. Stateless. */
final class PgTime {

    private static final long EPOCH_SECOND = 946_684_800;
    private static final long MICROS = 1_000_000;

    private PgTime() {}

    static Instant instant(long micros) {
        return Instant.ofEpochSecond(
                EPOCH_SECOND + Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000L);
    }

    static long micros(Instant instant) {
        return (instant.getEpochSecond() - EPOCH_SECOND) * MICROS + instant.getNano() / 1_000;
    }
}
