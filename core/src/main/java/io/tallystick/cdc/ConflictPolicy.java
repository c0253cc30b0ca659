package io.tallystick.cdc;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a row that somebody else has inserted at the target before, or deleted; with {@link Kind#LATEST} also of one that
 * somebody else has changed.
 *
 * @param column of the target's table, which says when a row was changed last; null but for {@link Kind#LATEST}
 */
public record ConflictPolicy(Kind kind, @Nullable String column) {

    /** Who wins. */
    public enum Kind {
        /** The row becomes as the source has it. */
        SOURCE_WINS,
        /** The row stays as the target has it. */
        TARGET_WINS,
        /** The row whose column is greater; where it is the same, or one row is gone, the change is set aside. */
        LATEST,
        /** The change is set aside for a person. */
        PARK
    }

    public ConflictPolicy {
        if ((kind == Kind.LATEST) != (column != null)) {
            throw new IllegalArgumentException(kind + " with column " + column + "; expected one for LATEST alone");
        }
    }
}
