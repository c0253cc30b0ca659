package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a pipeline stands at one moment.
 *
 * @param reason why it is in this state, for a person; null while all is well
 * @param sourceLagBytes log that the source has written and nobody has read yet; −1 when unknown
 * @param spool what waits on disk; null when the pipeline has no spool
 */
public record PipelineStatus(
        String pipeline,
        State state,
        @Nullable String reason,
        long sourceLagBytes,
        List<TargetStatus> targets,
        @Nullable SpoolStatus spool) {

    public PipelineStatus {
        targets = List.copyOf(targets);
    }

    /** A pipeline of which nothing runs here. */
    static PipelineStatus resting(String pipeline, List<String> targets) {
        return new PipelineStatus(
                pipeline,
                State.STARTING,
                null,
                -1,
                targets.stream().map(TargetStatus::unknown).toList(),
                null);
    }

    PipelineStatus as(State other, @Nullable String why) {
        return new PipelineStatus(pipeline, other, why, sourceLagBytes, targets, spool);
    }

    /** What a pipeline is doing. */
    public enum State {
        /** Not started yet, or looking for its source and its targets. */
        STARTING,
        /** Reads the log and applies it. */
        RUNNING,
        /** The source cannot be read at the moment; it is tried again. */
        SOURCE_AWAY,
        /**
         * The spool is full, its folder cannot be used, or a transaction is larger than all of it: the reading waits, and the source
         * keeps its log. Nothing is lost, and it goes on by itself when that is mended.
         */
        HELD_UP,
        /** Changes are lost to the log: the tables must be compared and brought in line. A person decides. */
        NEEDS_RESYNC,
        /** Somebody else runs it, without holding its lease. */
        FENCED,
        /** Somebody else runs it; this one takes over when the other one's lease ends. */
        STANDING_BY,
        /** Is to rest, and a group in work is not done yet. Nothing new is begun before. */
        ENDING,
        /** A person wants it to rest; the source keeps its log meanwhile. */
        PAUSED,
        /** Stopped by a person or by the end of the program. */
        STOPPED
    }

    /**
     * What waits on disk for targets that cannot keep up.
     *
     * @param bytes on disk
     * @param targets that get from there what they get
     * @param alarm why the reading waits for the spool; null while it does not
     */
    public record SpoolStatus(
            long bytes,
            long limitBytes,
            List<String> targets,
            @Nullable String alarm) {

        public SpoolStatus {
            targets = List.copyOf(targets);
        }
    }

    /**
     * How one target stands.
     *
     * @param position applied and durable; null as long as the target was never reached
     * @param changes rows written since the start
     * @param transactions of the source, applied since the start
     * @param missing updates and deletes that found no row, since the start: a sign of drift
     * @param quarantined rows that wait for a person
     * @param appliedUpTo the source's clock at the last transaction that is applied
     * @param error why the target cannot be written at the moment; null while all is well
     * @param paused tables that are left out while the others flow on
     */
    public record TargetStatus(
            String target,
            @Nullable Position position,
            Counts counts,
            long queueBytes,
            @Nullable Instant appliedUpTo,
            @Nullable String error,
            List<PausedTable> paused) {

        public TargetStatus {
            paused = List.copyOf(paused);
        }

        /** Without tables that are left out. */
        public TargetStatus(
                String target,
                @Nullable Position position,
                Counts counts,
                long queueBytes,
                @Nullable Instant appliedUpTo,
                @Nullable String error) {
            this(target, position, counts, queueBytes, appliedUpTo, error, List.of());
        }

        static TargetStatus unknown(String target) {
            return new TargetStatus(target, null, new Counts(0, 0, 0, 0), 0, null, null);
        }

        TargetStatus paused(List<PausedTable> leftOut) {
            return new TargetStatus(target, position, counts, queueBytes, appliedUpTo, error, leftOut);
        }

        TargetStatus connected(@Nullable Position reached) {
            return new TargetStatus(target, reached, counts, queueBytes, appliedUpTo, null, paused);
        }

        TargetStatus failed(String why) {
            return new TargetStatus(target, position, counts, queueBytes, appliedUpTo, why, paused);
        }

        TargetStatus applied(TargetProgress.Group group, int quarantined) {
            Counts more = new Counts(
                    counts.changes + group.changes(),
                    counts.transactions + group.transactions(),
                    group.missing(),
                    quarantined,
                    group.conflicts());
            return new TargetStatus(
                    target, group.last().position(), more, queueBytes, group.committedAtSource(), null, paused);
        }

        TargetStatus waiting(int quarantined) {
            Counts now = new Counts(counts.changes, counts.transactions, counts.missing, quarantined, counts.conflicts);
            return new TargetStatus(target, position, now, queueBytes, appliedUpTo, error, paused);
        }

        TargetStatus withQueue(long bytes) {
            return new TargetStatus(target, position, counts, bytes, appliedUpTo, error, paused);
        }
    }

    /**
     * What was done since the start.
     *
     * @param changes rows written
     * @param transactions of the source, applied
     * @param missing updates and deletes that found no row: a sign of drift
     * @param quarantined rows that wait for a person, now
     * @param conflicts changes that met a row which somebody else had written at the target, on routes with a policy for it
     */
    public record Counts(long changes, long transactions, long missing, int quarantined, long conflicts) {

        /** Without conflicts. */
        public Counts(long changes, long transactions, long missing, int quarantined) {
            this(changes, transactions, missing, quarantined, 0);
        }
    }
}
