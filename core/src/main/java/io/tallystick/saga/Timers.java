package io.tallystick.saga;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Inputs that are due later, in buckets of a few milliseconds, so that tens of thousands of time-outs that never fire cost
 * next to nothing. They fire late by at most a bucket, never early. One thread.
 */
final class Timers {

    private static final long BUCKET_MILLIS = 5;

    private final TreeMap<Long, List<LoopInput>> buckets = new TreeMap<>();

    void add(Instant due, LoopInput input) {
        long bucket = Math.floorDiv(due.toEpochMilli() + BUCKET_MILLIS, BUCKET_MILLIS);
        buckets.computeIfAbsent(bucket, b -> new ArrayList<>()).add(input);
    }

    /** Removes what is due, in the order of time. */
    List<LoopInput> due(Instant now) {
        long bucket = Math.floorDiv(now.toEpochMilli(), BUCKET_MILLIS);
        if (buckets.isEmpty() || buckets.firstKey() > bucket) {
            return List.of();
        }
        List<LoopInput> fired = new ArrayList<>();
        while (!buckets.isEmpty() && buckets.firstKey() <= bucket) {
            fired.addAll(buckets.pollFirstEntry().getValue());
        }
        return fired;
    }

    /** How long nothing will be due, or null if nothing ever is. */
    @Nullable
    Duration untilNext(Instant now) {
        if (buckets.isEmpty()) {
            return null;
        }
        long millis = buckets.firstKey() * BUCKET_MILLIS - now.toEpochMilli();
        return Duration.ofMillis(Math.max(0, millis));
    }
}
