package io.tallystick.saga;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Inputs that are due later, in buckets of a few milliseconds, so that tens of thousands of time-outs that never fire cost
 * next to nothing, and nothing once they are cancelled. They fire late by at most a bucket, never early. One thread.
 */
final class Timers {

    private static final long BUCKET_MILLIS = 5;

    private final TreeMap<Long, Set<Timer>> buckets = new TreeMap<>();

    /** One input that waits for its time. Two are never equal. */
    static final class Timer {
        private final long bucket;
        private final LoopInput input;

        private Timer(long bucket, LoopInput input) {
            this.bucket = bucket;
            this.input = input;
        }

        LoopInput input() {
            return input;
        }
    }

    Timer add(Instant due, LoopInput input) {
        Timer timer = new Timer(Math.floorDiv(due.toEpochMilli() + BUCKET_MILLIS, BUCKET_MILLIS), input);
        buckets.computeIfAbsent(timer.bucket, bucket -> new LinkedHashSet<>()).add(timer);
        return timer;
    }

    void cancel(Timer timer) {
        Set<Timer> bucket = buckets.get(timer.bucket);
        if (bucket != null && bucket.remove(timer) && bucket.isEmpty()) {
            buckets.remove(timer.bucket);
        }
    }

    /** Removes what is due, in the order of time. */
    List<LoopInput> due(Instant now) {
        long bucket = Math.floorDiv(now.toEpochMilli(), BUCKET_MILLIS);
        if (buckets.isEmpty() || buckets.firstKey() > bucket) {
            return List.of();
        }
        List<LoopInput> fired = new ArrayList<>();
        while (!buckets.isEmpty() && buckets.firstKey() <= bucket) {
            buckets.pollFirstEntry().getValue().forEach(timer -> fired.add(timer.input));
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
