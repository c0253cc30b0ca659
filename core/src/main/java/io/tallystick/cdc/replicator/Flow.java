package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A target's end of the reading: a queue in memory, and for a target that cannot keep up the way round through the spool. Changed by
 * the thread of the reading alone.
 */
final class Flow {

    private final PieceQueue queue;
    private final TargetProgress progress;
    private volatile @Nullable Position began;
    private volatile @Nullable SpoolFeeder feeder;
    private boolean tooSlow;
    private long waitedBefore;
    private Duration held = Duration.ZERO;

    Flow(PieceQueue queue, TargetProgress progress) {
        this.queue = queue;
        this.progress = progress;
    }

    PieceQueue queue() {
        return queue;
    }

    TargetProgress progress() {
        return progress;
    }

    String target() {
        return progress.status().target();
    }

    /** What it gets follows this position; null before the first reading. */
    @Nullable
    Position began() {
        return began;
    }

    /** Whether it gets what it gets from the spool. */
    boolean isSpooled() {
        return feeder != null;
    }

    SpoolFeeder feeder() {
        return Objects.requireNonNull(feeder, "it is not fed from the spool");
    }

    /** Whether it was found unable to keep up, and has not caught up since. */
    boolean isTooSlow() {
        return tooSlow;
    }

    void tooSlow(boolean is) {
        tooSlow = is;
    }

    /**
     * How long the reading has waited for room here while it did harm, since the queue was half empty last.
     *
     * @param harm whether the waiting since this was asked last did any
     */
    Duration heldUp(boolean harm) {
        long waited = queue.waitedNanos();
        long since = waited - waitedBefore;
        waitedBefore = waited;
        if (queue.isHalfEmpty()) {
            held = Duration.ZERO;
        } else if (harm) {
            held = held.plusNanos(since);
        }
        return held;
    }

    /** Gives it what follows this position; what it had not taken is void. */
    void beginAnew(Position after, @Nullable SpoolFeeder from) {
        began = after;
        feeder = from;
        held = Duration.ZERO;
        queue.beginAnew(after);
    }

    /** Goes on without the spool where the feeder ended; nobody else feeds it then. */
    void leaveSpool() {
        feeder = null;
        tooSlow = false;
    }
}
