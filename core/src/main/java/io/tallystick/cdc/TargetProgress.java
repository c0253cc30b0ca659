package io.tallystick.cdc;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is known of one target, written by its loop and read by everybody. */
final class TargetProgress {

    private volatile PipelineStatus.TargetStatus status;
    private volatile boolean moved;

    TargetProgress(String target) {
        this.status = PipelineStatus.TargetStatus.unknown(target);
    }

    PipelineStatus.TargetStatus status() {
        return status;
    }

    /** What is durable at the target; null as long as it was never reached. */
    @Nullable
    Position durable() {
        return status.position();
    }

    void connected(@Nullable Position position) {
        status = status.connected(position);
    }

    void failed(String error) {
        status = status.failed(error);
    }

    void applied(Group group, Quarantine quarantine) {
        moved = true;
        status = status.applied(group, quarantine.rows());
    }

    /** Whether anything was applied since this was asked last: then pauses begin small again. */
    boolean hasMoved() {
        boolean has = moved;
        moved = false;
        return has;
    }

    /** A group that was committed. */
    record Group(TransactionPiece last, int changes, int transactions, long missing) {
        Instant committedAtSource() {
            return last.at();
        }
    }
}
