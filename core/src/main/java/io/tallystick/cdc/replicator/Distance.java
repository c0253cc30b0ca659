package io.tallystick.cdc.replicator;

import java.util.function.Supplier;

/**
 * How far it is to a target, by the shortest answer. A group of changes waits for a handful of answers, however large it is: near by
 * that is nothing for 10,000 changes, 10 ms away it is more than their making. For one session and one thread.
 */
final class Distance {

    /** Others at the target wait for the locks of a group: it is not made larger than so many times what is worth it near by. */
    private static final long MOST_FOLD = 10;

    private static final long MILLISECOND = 1_000_000;

    private long shortest = Long.MAX_VALUE;

    /** Asks something that takes the target no time to speak of, and takes note of how long the answer takes. */
    <T> T over(Supplier<T> asking) {
        long asked = CdcRuntime.nanos();
        T answer = asking.get();
        shortest = Math.min(shortest, CdcRuntime.nanos() - asked);
        return answer;
    }

    /**
     * How many changes one transaction is for: each millisecond adds as many again.
     *
     * @param near how many where the way counts for nothing
     */
    int worthOneTransaction(int near) {
        return (int) Math.min(Integer.MAX_VALUE, near * Math.min(MOST_FOLD, 1 + shortest / MILLISECOND));
    }
}
