package io.tallystick.saga;

import org.jspecify.annotations.Nullable;

/**
 * One act of a person, kept in the saga's history.
 *
 * @param who the person, as the calling system knows them
 * @param why the reason or evidence, in words; never blank
 * @param step the step it is about; may be null where the saga has only one parked step or the verb needs none
 * @param data the new payload for {@link Verb#EDIT}, the assignee for {@link Verb#REASSIGN}, an optional new payload for
 *     {@link Verb#MARK_DONE}
 */
public record Intervention(
        Verb verb,
        String who,
        String why,
        @Nullable String step,
        @Nullable String data) {

    public Intervention {
        if (who.isBlank() || why.isBlank()) {
            throw new IllegalArgumentException(
                    verb + " needs who and why: both are kept in the saga's history (--who NAME --why TEXT)");
        }
    }
}
