package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What was read and one target has not taken yet. Limited by weight: when it is full the reader waits, and with it the source's
 * log. When the reading begins anew from an earlier position the queue is emptied and counts a new generation. One thread puts, one
 * takes.
 */
final class PieceQueue {

    private final long limitBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    private Deque<Delivery> entries = new ArrayDeque<>();
    private long bytes;
    private long changes;
    private long generation;
    private @Nullable Position from;
    private boolean takerWaits;
    private boolean ended;
    private long waitedNanos;

    PieceQueue(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Waits for room at most this long; false when there was none. One piece always fits into an empty queue. */
    boolean put(Delivery delivery, Duration longest) throws InterruptedException {
        long weight = delivery.weight();
        int size = delivery.size();
        lock.lock();
        try {
            long left = longest.toNanos();
            while (bytes > 0 && bytes + weight > limitBytes) {
                if (left <= 0) {
                    return false;
                }
                long before = left;
                left = emptied.awaitNanos(left);
                waitedNanos += before - left;
            }
            entries.add(delivery);
            bytes += weight;
            changes += size;
            if (takerWaits) {
                filled.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Everything there is up to a number of changes, and a quarter of what fits in here; waits for the first piece at most this long. */
    Taken take(int mostChanges, Duration longest) throws InterruptedException {
        lock.lock();
        try {
            awaitFirst(longest.toNanos());
            Collection<Delivery> taken =
                    changes <= mostChanges && bytes <= limitBytes / 4 ? takeAll() : takeSome(mostChanges);
            emptied.signal();
            return new Taken(generation, from, taken);
        } finally {
            lock.unlock();
        }
    }

    /** Without a look at each: they come from another processor, and who puts would wait for that. */
    private Collection<Delivery> takeAll() {
        if (entries.isEmpty()) {
            return List.of();
        }
        Deque<Delivery> all = entries;
        entries = new ArrayDeque<>(all.size());
        bytes = 0;
        changes = 0;
        return all;
    }

    private Collection<Delivery> takeSome(int mostChanges) {
        List<Delivery> taken = new ArrayList<>(Math.min(mostChanges, entries.size()));
        int size = 0;
        long weight = 0;
        while (!entries.isEmpty() && size < mostChanges && weight < limitBytes / 4) {
            Delivery delivery = entries.remove();
            weight += delivery.weight();
            size += delivery.size();
            taken.add(delivery);
        }
        bytes -= weight;
        changes -= size;
        return taken;
    }

    private void awaitFirst(long nanos) throws InterruptedException {
        long left = nanos;
        while (entries.isEmpty() && left > 0 && !ended) {
            takerWaits = true;
            left = filled.awaitNanos(left);
            takerWaits = false;
        }
    }

    /** From now on nobody waits for a first piece. */
    void end() {
        lock.lock();
        try {
            ended = true;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets everything: the reading begins anew after this position. */
    void beginAnew(Position after) {
        lock.lock();
        try {
            entries.clear();
            bytes = 0;
            changes = 0;
            generation++;
            from = after;
            emptied.signal();
        } finally {
            lock.unlock();
        }
    }

    /** About how much memory waits here, in bytes. */
    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** How long the reader has waited for room here, in all. */
    long waitedNanos() {
        lock.lock();
        try {
            return waitedNanos;
        } finally {
            lock.unlock();
        }
    }

    boolean isHalfEmpty() {
        return bytes() <= limitBytes / 2;
    }

    boolean isNearlyEmpty() {
        return bytes() <= limitBytes / 4;
    }

    /**
     * Of one generation; a transaction of the generation before that was not complete is void.
     *
     * @param from what is not contained in this position was read; null before the first reading
     */
    record Taken(long generation, @Nullable Position from, Collection<Delivery> deliveries) {}
}
