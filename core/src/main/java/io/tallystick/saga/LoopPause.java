package io.tallystick.saga;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a {@link SagaLoop} has nothing to do unless something arrives.
 *
 * @param until null when there is something to do now
 * @param takes whether what arrives is to be looked at before that
 */
record LoopPause(@Nullable Instant until, Duration length, boolean takes) {
    static final LoopPause NONE = new LoopPause(null, Duration.ZERO, false);

    /** @param due when something falls due, from now on; null when nothing does */
    static LoopPause of(Instant now, @Nullable Duration due, Duration most, boolean takes) {
        Duration length = due == null || due.compareTo(most) > 0 ? most : due;
        return length.isNegative() || length.isZero() ? NONE : new LoopPause(now.plus(length), length, takes);
    }
}
