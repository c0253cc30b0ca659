package io.tallystick.message;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** UUIDs that carry the time of their making (RFC 9562, version 7), so that a key says how old it is. */
final class UuidV7 {
    private UuidV7() {}

    static UUID of(Instant time, RandomGenerator random) {
        long high = (time.toEpochMilli() << 16) | 0x7000L | (random.nextLong() & 0x0FFFL);
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /** The time in the key, in milliseconds; empty when it is no UUID of version 7. */
    static Optional<Instant> timeOf(String key) {
        if (key.length() != 36) {
            return Optional.empty();
        }
        try {
            UUID id = UUID.fromString(key);
            return id.version() == 7 && id.variant() == 2
                    ? Optional.of(Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
