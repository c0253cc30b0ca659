package io.tallystick.cdc.replicator;

import java.time.Duration;

/**
 * How a pipeline works; bad values are refused here.
 *
 * @param groupChanges changes that share one transaction of the target at most, except that a source's transaction is never split:
 *     10,000, beyond which nothing gets faster
 * @param queueBytes memory for what was read and one target has not applied yet; when it is full the reading waits. 64 MiB
 * @param progressEvery how often a position is written while nothing changes, so that the source may forget its log; 10 s
 * @param firstPause pause after the first failed try, doubling from there with jitter; 100 ms
 * @param longestPause the longest pause between tries; 30 s
 * @param copyFirst whether a target that never saw this pipeline, or this table in it, first gets the rows that are there already; true
 * @param loop what becomes of changes that another pipeline has made at the source; what came from the table that it would be
 *     written to is not carried back
 */
public record PipelineSettings(
        int groupChanges,
        long queueBytes,
        Duration progressEvery,
        Duration firstPause,
        Duration longestPause,
        boolean copyFirst,
        LoopPolicy loop) {

    public PipelineSettings {
        refuse(groupChanges < 1 || groupChanges > 1_000_000, "groupChanges", groupChanges, "1 to 1,000,000");
        refuse(queueBytes < 1 << 16, "queueBytes", queueBytes, "65,536 at least");
        refuse(!isPositive(progressEvery), "progressEvery", progressEvery, "more than zero");
        refuse(!isPositive(firstPause), "firstPause", firstPause, "more than zero");
        refuse(longestPause.compareTo(firstPause) < 0, "longestPause", longestPause, "firstPause at least");
    }

    public static PipelineSettings standard() {
        return new PipelineSettings(
                10_000,
                64L << 20,
                Duration.ofSeconds(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(30),
                true,
                LoopPolicy.STOP);
    }

    public PipelineSettings withGroupChanges(int changes) {
        return new PipelineSettings(changes, queueBytes, progressEvery, firstPause, longestPause, copyFirst, loop);
    }

    public PipelineSettings withQueueBytes(long bytes) {
        return new PipelineSettings(groupChanges, bytes, progressEvery, firstPause, longestPause, copyFirst, loop);
    }

    public PipelineSettings withProgressEvery(Duration every) {
        return new PipelineSettings(groupChanges, queueBytes, every, firstPause, longestPause, copyFirst, loop);
    }

    public PipelineSettings withPauses(Duration first, Duration longest) {
        return new PipelineSettings(groupChanges, queueBytes, progressEvery, first, longest, copyFirst, loop);
    }

    public PipelineSettings withCopyFirst(boolean copy) {
        return new PipelineSettings(groupChanges, queueBytes, progressEvery, firstPause, longestPause, copy, loop);
    }

    public PipelineSettings withLoop(LoopPolicy policy) {
        return new PipelineSettings(
                groupChanges, queueBytes, progressEvery, firstPause, longestPause, copyFirst, policy);
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void refuse(boolean bad, String part, Object found, String expected) {
        if (bad) {
            throw new IllegalArgumentException(
                    "pipeline settings: " + part + " was " + found + "; expected " + expected);
        }
    }
}
