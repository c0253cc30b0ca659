package io.tallystick.mysql.cdc;

import io.tallystick.cdc.TransactionPiece;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Pieces on their way from the thread that reads to the one that polls, bounded by the memory they hold. */
final class PieceQueue {

    /** So much may wait, and as much again be taken; a piece is at most about 1 MiB, or one row. */
    private static final long LARGEST_WEIGHT = 8L << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    /** Belongs to the lock. */
    private ArrayDeque<Entry> entries = new ArrayDeque<>();
    /** What was taken out of the lock at once; belongs to the thread that polls. */
    private ArrayDeque<Entry> taken = new ArrayDeque<>();

    private long weight;
    private boolean pollerWaits;
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
            if (pollerWaits) {
                filled.signal();
            }
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

    /** Whether the next entry is at hand without asking the other thread. */
    boolean hasTaken() {
        return !taken.isEmpty();
    }

    /** The next entry, or null when none came in this time; throws the end's reason after the last. */
    @Nullable
    Entry poll(Duration longest) {
        if (taken.isEmpty()) {
            takeAll(longest.toNanos());
        }
        return taken.poll();
    }

    private void takeAll(long longest) {
        long nanos = longest;
        lock.lock();
        try {
            while (entries.isEmpty()) {
                if (end != null) {
                    throw end;
                }
                if (nanos <= 0) {
                    return;
                }
                pollerWaits = true;
                nanos = filled.awaitNanos(nanos);
            }
            ArrayDeque<Entry> full = entries;
            entries = taken;
            taken = full;
            weight = 0;
            emptied.signal();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pollerWaits = false;
            lock.unlock();
        }
    }

    /** @param read the place up to which the log had been read for this piece */
    record Entry(TransactionPiece piece, long weight, LogPlace read) {}
}
