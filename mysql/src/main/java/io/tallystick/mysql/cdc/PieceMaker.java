package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TransactionPiece;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts transactions into pieces of bounded size, and says now and then how far the log was read when it holds nothing for us. For one
 * thread.
 */
final class PieceMaker {

    private static final int MOST_CHANGES = 4_096;
    private static final int LARGEST_WEIGHT = 1 << 20;
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);
    /** While somebody waits for it. */
    private static final Duration AWAITED_EVERY = Duration.ofMillis(10);

    private final LogProgress progress;
    private final InstantSource clock;
    private final Pieces pieces;
    private List<Change> changes = new ArrayList<>();
    private long weight;
    private String name = "";
    private Instant at = Instant.EPOCH;
    private @Nullable Gtid gtid;
    private @Nullable Position position;
    private @Nullable String origin;
    private boolean moved;
    private volatile boolean awaited;
    private Instant toldAt = Instant.EPOCH;

    PieceMaker(LogProgress progress, InstantSource clock, Pieces pieces) {
        this.progress = progress;
        this.clock = clock;
        this.pieces = pieces;
    }

    /** Whether to say how far the log was read more often than now and then. To be called by any thread. */
    void tellOften(boolean often) {
        awaited = often;
    }

    void begin(Gtid transaction, Instant committedAt, String suffix) {
        gtid = transaction;
        at = committedAt;
        name = suffix;
        position = null;
        origin = null;
        clear();
    }

    private void clear() {
        if (!changes.isEmpty()) {
            changes = new ArrayList<>();
        }
        weight = 0;
    }

    void add(Change change) throws InterruptedException {
        if (change.table().name().table().equals(Tables.MARKER)) {
            mark(change.after() == null ? change.before() : change.after());
            return;
        }
        changes.add(change);
        weight += change.weight();
        if (changes.size() >= MOST_CHANGES || weight >= LARGEST_WEIGHT) {
            send(false);
        }
    }

    /** Whether a piece of the current transaction was handed over already. */
    boolean hasBegun() {
        return position != null;
    }

    /** Whether the current transaction has changed anything for us. */
    boolean hasChanges() {
        return position != null || !changes.isEmpty();
    }

    /** The transaction is complete. */
    void end(Gtid transaction) throws InterruptedException {
        if (hasChanges()) {
            send(true);
            progress.done(transaction);
            moved = false;
            toldAt = clock.instant();
        } else {
            progress.done(transaction);
            passed();
        }
    }

    /** The log moved on without anything for us. */
    void passed() throws InterruptedException {
        moved = true;
        tell();
    }

    /** Says how far the log was read, unless that was said lately or has not changed. */
    void tell() throws InterruptedException {
        Instant now = clock.instant();
        Duration every = awaited ? AWAITED_EVERY : PROGRESS_EVERY;
        if (moved && Duration.between(toldAt, now).compareTo(every) >= 0) {
            pieces.put(TransactionPiece.progress(progress.position(), at), 128);
            moved = false;
            toldAt = now;
        }
    }

    private void send(boolean last) throws InterruptedException {
        Gtid transaction = java.util.Objects.requireNonNull(gtid, "changes outside of a transaction");
        if (position == null) {
            position = progress.including(transaction);
        }
        // most transactions have one change; the list goes on being filled then
        boolean single = changes.size() == 1;
        List<Change> all = single ? List.of(changes.get(0)) : changes;
        pieces.put(new TransactionPiece(transaction + name, position, at, origin, all, last), 128 + weight);
        if (single) {
            changes.clear();
        }
        clear();
    }

    private void mark(@Nullable Row row) {
        SourceTable table = row == null ? null : row.table();
        int column = table == null ? -1 : table.indexOf("pipeline");
        if (row == null || column < 0 || !(row.value(column) instanceof String pipeline)) {
            return;
        }
        int position = row.table().indexOf("position");
        if (!pipeline.startsWith(Tables.MARK)) {
            origin = origin == null ? pipeline : origin;
        } else if (position >= 0 && row.value(position) instanceof String told) {
            origin = told;
        }
    }

    /** Takes pieces, and waits when there is no room. */
    interface Pieces {

        void put(TransactionPiece piece, long weight) throws InterruptedException;
    }
}
