package io.tallystick.cdc.replicator;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the runner of a pipeline tells of itself, measured about once a second. It stands at the targets too, so that any process can
 * show it.
 *
 * @param state in the words of {@link PipelineStatus.State}
 * @param reason why it is in this state; null while all is well
 * @param lagBytes log that the source has written and nobody has read yet; −1 when unknown
 * @param spoolBytes changes that wait in files for a target that is away; 0 without a spool
 * @param log what the source keeps; null when it does not tell
 */
public record PipelineLive(
        String state,
        @Nullable String reason,
        long lagBytes,
        long spoolBytes,
        @Nullable Growth log,
        Map<String, Target> targets) {

    static final PipelineLive NOTHING = new PipelineLive("STARTING", null, -1, 0, null, Map.of());

    PipelineLive withLog(@Nullable Growth other) {
        return new PipelineLive(state, reason, lagBytes, spoolBytes, other, targets);
    }

    /**
     * How much of its log the source keeps for this pipeline.
     *
     * @param percent of the limit beyond which the source gives it up
     */
    public record Growth(long bytes, long limitBytes, int percent, String setting) {}

    /**
     * How a target does.
     *
     * @param changesPerSecond rows written of the log
     * @param lagMillis while something waits, how long ago the target had everything, or how old the last transaction is that it applied,
     *     whichever is less; −1 when unknown
     * @param queueBytes memory for what was read and not applied yet
     * @param waiting why nothing is written to it now; null while it takes what comes
     * @param paused tables that are left out while the others flow on
     */
    public record Target(
            double changesPerSecond,
            long lagMillis,
            long queueBytes,
            List<Copy> copying,
            @Nullable String waiting,
            @Nullable List<PausedTable> paused) {

        /** A runner of an older version tells of none. */
        public Target {
            paused = paused == null ? List.of() : List.copyOf(paused);
        }

        /** Without tables that are left out. */
        public Target(
                double changesPerSecond,
                long lagMillis,
                long queueBytes,
                List<Copy> copying,
                @Nullable String waiting) {
            this(changesPerSecond, lagMillis, queueBytes, copying, waiting, List.of());
        }
    }

    /**
     * A table that is being copied.
     *
     * @param rows copied so far
     * @param estimatedRows about how many there are; −1 when unknown
     * @param secondsLeft about how long it will take; −1 when unknown
     */
    public record Copy(String table, long rows, long estimatedRows, long secondsLeft) {}
}
