package io.tallystick.cli;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A point in the past: so long ago, or an instant. */
record Since(@Nullable Duration ago, @Nullable Instant at) {

    Instant from(Instant now) {
        if (at != null) {
            return at;
        }
        return ago == null ? Instant.EPOCH : now.minus(ago);
    }
}
