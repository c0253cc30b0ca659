package io.tallystick.cdc.replicator;

import java.util.Set;

/**
 * What becomes of changes that another pipeline has made at the source.
 *
 * @param carriesAll whether all are carried on, wherever they came from
 * @param pipelines whose changes are never carried on, besides those that are found to have come from the very table that they would be
 *     written to
 */
public record LoopPolicy(boolean carriesAll, Set<String> pipelines) {

    /** Nothing goes back to the table that it came from; everything else is carried on. */
    public static final LoopPolicy STOP = new LoopPolicy(false, Set.of());

    /** Everything is carried on. */
    public static final LoopPolicy CARRY = new LoopPolicy(true, Set.of());

    public LoopPolicy {
        pipelines = Set.copyOf(pipelines);
        if (carriesAll && !pipelines.isEmpty()) {
            throw new IllegalArgumentException("all is carried on, but for " + pipelines + "; expected one of both");
        }
    }

    /** As {@link #STOP}, and nothing of these pipelines is carried on either. */
    public static LoopPolicy stop(Set<String> pipelines) {
        return new LoopPolicy(false, pipelines);
    }
}
