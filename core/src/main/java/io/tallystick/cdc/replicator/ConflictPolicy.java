package io.tallystick.cdc.replicator;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a row that somebody else has inserted at the target before, or deleted; with {@link Kind#LATEST} and {@link
 * Kind#DECIDE} also of one that somebody else has changed.
 *
 * @param column of the target's table, which says when a row was changed last; null but for {@link Kind#LATEST}
 * @param decider who is asked; null but for {@link Kind#DECIDE}
 */
public record ConflictPolicy(
        Kind kind, @Nullable String column, @Nullable ConflictDecider decider) {

    /** Who wins. */
    public enum Kind {
        /** The row becomes as the source has it. */
        SOURCE_WINS,
        /** The row stays as the target has it. */
        TARGET_WINS,
        /** The row whose column is greater; where it is the same, or one row is gone, the change is set aside. */
        LATEST,
        /** As a function of both rows says; where one row is gone, the change is set aside. */
        DECIDE,
        /** The change is set aside for a person. */
        PARK
    }

    public ConflictPolicy {
        if ((kind == Kind.LATEST) != (column != null)) {
            throw new IllegalArgumentException(kind + " with column " + column + "; expected one for LATEST alone");
        }
        if ((kind == Kind.DECIDE) != (decider != null)) {
            throw new IllegalArgumentException(kind + " with decider " + decider + "; expected one for DECIDE alone");
        }
    }

    /** Without a function. */
    public ConflictPolicy(Kind kind, @Nullable String column) {
        this(kind, column, null);
    }

    /** By this function. */
    public static ConflictPolicy by(ConflictDecider decider) {
        return new ConflictPolicy(Kind.DECIDE, null, decider);
    }
}
