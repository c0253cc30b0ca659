package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TransactionPiece;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a target's loop has taken from its queue and not committed; it outlives the session that was to apply it. For the thread of one
 * target.
 */
final class Unapplied {

    /** Taken and not looked at yet. */
    private final Deque<Delivery> taken = new ArrayDeque<>();
    /** Complete transactions that are not committed yet. */
    private final List<TransactionPiece> complete = new ArrayList<>();
    /** The beginning of a transaction whose end was not read yet. */
    private final List<TransactionPiece> begun = new ArrayList<>();

    private int begunChanges;
    private long begunBytes;
    private boolean streaming;

    void take(Collection<Delivery> deliveries) {
        taken.addAll(deliveries);
    }

    /** What comes next; null when all was looked at. */
    @Nullable
    Delivery next() {
        return taken.peek();
    }

    /** What came next was looked at. */
    void seen() {
        taken.remove();
    }

    /** Complete transactions, those not committed yet, in the order of the source. To be read only. */
    List<TransactionPiece> complete() {
        return complete;
    }

    /** The beginning of a transaction. To be read only. */
    List<TransactionPiece> begun() {
        return begun;
    }

    int begunChanges() {
        return begunChanges;
    }

    long begunBytes() {
        return begunBytes;
    }

    void add(Delivery.Piece delivery) {
        TransactionPiece piece = delivery.piece();
        if (piece.last() && begun.isEmpty()) {
            complete.add(piece);
            return;
        }
        begun.add(piece);
        begunChanges += piece.changes().size();
        begunBytes += delivery.weight();
        if (piece.last()) {
            complete.addAll(begun);
            forgetBegun();
        }
    }

    /** So many pieces of the complete transactions, the first ones, are committed. */
    void committed(int pieces) {
        complete.subList(0, pieces).clear();
        streaming = false;
    }

    /** The beginning is written, in the open transaction of the target, and not kept. */
    void streamed() {
        streaming = true;
        forgetBegun();
    }

    /** Whether pieces of an incomplete transaction are written already, in the open transaction of the target. */
    boolean isStreaming() {
        return streaming;
    }

    /** What is written of a beginning is rolled back, and its pieces are void. */
    void voidBegun() {
        streaming = false;
        forgetBegun();
    }

    private void forgetBegun() {
        begun.clear();
        begunChanges = 0;
        begunBytes = 0;
    }

    void dropIf(Predicate<TransactionPiece> applied) {
        complete.removeIf(applied);
        begun.removeIf(applied);
    }

    /** Everything is read again. */
    void clear() {
        taken.clear();
        complete.clear();
        voidBegun();
    }
}
