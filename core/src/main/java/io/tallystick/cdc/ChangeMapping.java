package io.tallystick.cdc;

import java.util.function.Consumer;

/**
 * Says what a source's change means for one target: nothing, one row, or several rows of several tables. Called by the target's
 * thread, in the order of the changes; must give the same answer to the same change, for a group may be made again.
 */
public interface ChangeMapping {

    /**
     * @throws io.tallystick.jdbc.RejectedException when this change cannot be mapped, or a part of it: it is set aside with that
     *     message. What was given to {@code out} before stands
     */
    void map(Change change, Consumer<TargetChange> out);

    /**
     * Whether a row is lost when this update finds none to change: the row may have come into a filter just now, and the log did not
     * tell all of it. False for an update that finds no row only where somebody has changed the target.
     */
    default boolean mustFind(TargetChange update) {
        return false;
    }
}
