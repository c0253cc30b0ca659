package io.tallystick.mysql.cdc;

import io.tallystick.cdc.TransactionPiece;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Pieces on their way from the thread that reads to the one that polls, bounded by the memory they hold. */
final class PieceQueue {

    /** So much may wait; a piece is at most about 1 MiB, or one row. */
    private static final long LARGEST_WEIGHT = 16L << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long weight;
    private @Nullable RuntimeException end;

    /** Waits until there is room. */
    void put(TransactionPiece piece, long pieceWeight, LogPlace read) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (weight > LARGEST_WEIGHT) {
                emptied.await();
            }
            entries.add(new Entry(piece, pieceWeight, read));
            weight += pieceWeight;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come, for this reason. */
    void end(RuntimeException reason) {
        lock.lock();
        try {
            end = end == null ? reason : end;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The next entry, or null when none came in this time; throws the end's reason after the last. */
    @Nullable
    Entry poll(Duration longest) {
        long nanos = longest.toNanos();
        lock.lock();
        try {
            while (entries.isEmpty()) {
                if (end != null) {
                    throw end;
                }
                if (nanos <= 0) {
                    return null;
                }
                nanos = filled.awaitNanos(nanos);
            }
            Entry entry = entries.remove();
            weight -= entry.weight;
            if (weight <= LARGEST_WEIGHT / 2) {
                emptied.signal();
            }
            return entry;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** @param read the place up to which the log had been read for this piece */
    record Entry(TransactionPiece piece, long weight, LogPlace read) {}
}
