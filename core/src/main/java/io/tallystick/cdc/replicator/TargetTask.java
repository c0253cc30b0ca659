package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one loop has to do.
 *
 * @param upstream the pipeline that it belongs to
 * @param progress where it tells how far it has come
 */
record TargetTask(ReplicatedTarget target, Upstream upstream, PipelineSettings settings, TargetProgress progress) {

    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration SOON_ENOUGH = Duration.ofSeconds(3);

    /** How often to look what a person has ordered at the target: as often as one that is away is tried at least, within these bounds. */
    Duration ordersEvery() {
        Duration longest = settings.longestPause();
        if (longest.compareTo(SOON) < 0) {
            return SOON;
        }
        return longest.compareTo(SOON_ENOUGH) < 0 ? longest : SOON_ENOUGH;
    }

    /** The name under which the target's position stands. */
    String pipeline() {
        return upstream.pipelineAt(target);
    }

    Instant now() {
        return upstream.runtime().clock().instant();
    }

    /** Whether everything in the other position is in this one as well; nothing is said of what is not known. */
    boolean covers(@Nullable Position position, @Nullable Position other) {
        return position == null || other == null || upstream.covers(position, other);
    }
}
