package io.tallystick.cdc;

import java.util.function.Consumer;

/**
 * Says what a source's change means for one target: nothing, one row, or several rows of several tables. Called by the target's
 * thread, in the order of the changes; must give the same answer to the same change, for a group may be made again.
 */
public interface ChangeMapping {

    /**
     * @throws io.tallystick.jdbc.RejectedException when this change cannot be mapped: it is set aside with that message
     */
    void map(Change change, Consumer<TargetChange> out);
}
