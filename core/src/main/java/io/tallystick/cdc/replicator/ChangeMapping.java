package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetTable;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
     * Whether a filter stands before this table. Then a delete may well find no row, which never passed; and an update that finds none
     * means that a row is lost: it came into the filter just now, and the log did not tell all of it.
     */
    default boolean isFiltered(TargetTable table) {
        return false;
    }

    /**
     * Whether tables are written whose foreign keys point to others, or to themselves, and all those are written by this mapping too.
     * Then the target need not look at foreign keys while the tables are copied, when a child may come before its parent.
     */
    default boolean copiesParentsToo() {
        return false;
    }

    /** Whether any table has a policy for conflicts; then every change is made by itself, in the source's order. */
    default boolean settlesConflicts() {
        return false;
    }

    /** What is done where somebody else has written to this table; null for nothing. */
    default @Nullable ConflictPolicy onConflict(TargetTable table) {
        return null;
    }

    /** Looks at the target's tables, and can leave some out. */
    default TableWatch watch() {
        return TableWatch.NONE;
    }

    /** The target's tables that hold exactly the rows of this table of the source. None unless it is sure. */
    default List<Mirror> mirrors(SourceTable source) {
        return List.of();
    }
}
