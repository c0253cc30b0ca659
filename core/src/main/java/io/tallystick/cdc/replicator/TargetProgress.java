package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private volatile Map<TableName, Position> takenUp = Map.of();
    /** For the thread of the target. */
    private final Set<TableName> echoes = new HashSet<>();

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

    /** From where on the changes of this table are made again, after it was left out for a while; null for from the beginning. */
    @Nullable
    Position takenUpAfter(TableName table) {
        return takenUp.get(table);
    }

    /** What is left out, and what is taken up again and not whole yet. */
    void pauses(Collection<PauseRows.Pause> pauses) {
        Map<TableName, Position> up = new HashMap<>();
        List<PausedTable> out = new ArrayList<>();
        for (PauseRows.Pause pause : pauses) {
            if (pause.copiedAfter() == null) {
                out.add(pause.told());
            } else {
                up.put(TableName.parse(pause.told().table()), pause.copiedAfter());
            }
        }
        takenUp = Map.copyOf(up);
        status = status.paused(out);
    }

    /** Changes of this table of the target come back by another pipeline. */
    void echoOf(TableName table) {
        echoes.add(table);
    }

    /** Whether changes of one of these tables of the target have come back. */
    boolean hasEchoOf(Set<TableName> tables) {
        return echoes.stream().anyMatch(tables::contains);
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
