package io.tallystick.cdc.replicator;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How far it is to a target, by the shortest of its last answers: one may be late for many reasons, but none comes sooner than the way
 * takes. A group of changes waits for a handful of answers, however large it is: near by that is nothing for 10,000 changes, 10 ms away
 * it is more than their making. What lies longer back is forgotten, for a target may move further away. For one session and one thread.
 */
final class Distance {

    /** Others at the target wait for the locks of a group: it is not made larger than so many times what is worth it near by. */
    private static final long MOST_FOLD = 10;

    private static final long MILLISECOND = 1_000_000;

    /** So many answers count at least, and fewer than twice as many; each group brings one. */
    private static final int ANSWERS = 16;

    private final LongSupplier nanos;
    /** Of the answers since the last sixteen were full, and of those sixteen. */
    private long shortest = Long.MAX_VALUE;

    private long shortestBefore = Long.MAX_VALUE;
    private int answers;

    Distance() {
        this(CdcRuntime::nanos);
    }

    Distance(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Asks something that takes the target no time to speak of, and takes note of how long the answer takes. */
    <T> T over(Supplier<T> asking) {
        long asked = nanos.getAsLong();
        T answer = asking.get();
        note(nanos.getAsLong() - asked);
        return answer;
    }

    private void note(long took) {
        if (answers == ANSWERS) {
            shortestBefore = shortest;
            shortest = took;
            answers = 1;
        } else {
            shortest = Math.min(shortest, took);
            answers++;
        }
    }

    /**
     * How many changes one transaction is for: each millisecond adds as many again.
     *
     * @param near how many where the way counts for nothing
     */
    int worthOneTransaction(int near) {
        long way = Math.min(shortest, shortestBefore) / MILLISECOND;
        return (int) Math.min(Integer.MAX_VALUE, near * Math.min(MOST_FOLD, 1 + way));
    }
}
