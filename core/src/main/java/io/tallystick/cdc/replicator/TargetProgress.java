package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What is known of one target, written by its loop and read by everybody. */
final class TargetProgress {

    private volatile PipelineStatus.TargetStatus status;
    /** Rung when it is told how far the target is. */
    private final Object told = new Object();

    private final AtomicLong anew = new AtomicLong();
    private volatile boolean moved;
    private volatile Map<TableName, LoadState> loads = Map.of();

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

    /** Waits until it is known what is durable, at most this long. */
    void awaitKnown(Duration longest) throws InterruptedException {
        long until = CdcRuntime.nanos() + longest.toNanos();
        synchronized (told) {
            for (long left = longest.toNanos(); durable() == null && left > 0; left = until - CdcRuntime.nanos()) {
                // not less than a millisecond: 0 would wait for ever
                told.wait(left / 1_000_000 + 1);
            }
        }
    }

    /** Tables that are being copied to this target, and how far each has come. */
    Map<TableName, LoadState> loads() {
        return loads;
    }

    void loads(List<LoadState> open) {
        Map<TableName, LoadState> byTable = new LinkedHashMap<>();
        open.forEach(state -> byTable.put(state.table(), state));
        loads = Collections.unmodifiableMap(byTable);
    }

    /** Says that the copying of a table has to begin anew. */
    void copyAnew() {
        anew.incrementAndGet();
    }

    /** How often that was said. */
    long timesAnew() {
        return anew.get();
    }

    void connected(@Nullable Position position) {
        status = status.connected(position);
        synchronized (told) {
            told.notifyAll();
        }
    }

    void failed(String error) {
        status = status.failed(error);
    }

    void applied(Group group, Quarantine quarantine) {
        moved = true;
        status = status.applied(group, quarantine.rows());
    }

    /** What waits for a person is seen, whether or not anything was applied. */
    void waiting(Quarantine quarantine) {
        status = status.waiting(quarantine.rows());
    }

    /** Whether anything was applied since this was asked last: then pauses begin small again. */
    boolean hasMoved() {
        boolean has = moved;
        moved = false;
        return has;
    }

    /** A group that was committed. */
    record Group(TransactionPiece last, int changes, int transactions, long missing, long conflicts) {
        Instant committedAtSource() {
            return last.at();
        }
    }
}
