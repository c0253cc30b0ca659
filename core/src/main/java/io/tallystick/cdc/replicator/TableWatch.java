package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells which tables a target cannot take rows for, and leaves some out of a mapping. Asked only after a refusal, and while something is
 * left out. For the thread of the target.
 */
public interface TableWatch {

    /** Knows nothing and leaves nothing out: then a target waits as a whole. */
    TableWatch NONE = new TableWatch() {};

    /** Leaves out these tables of the source from now on, and no others. */
    default void leaveOut(Set<TableName> sources) {}

    /**
     * Tables of the source that were carried until now and whose rows the target cannot take any more.
     *
     * @throws io.tallystick.jdbc.TallystickException when it cannot be told now
     */
    default Map<TableName, Unfit> unfit() {
        return Map.of();
    }

    /**
     * Looks at a table that is left out.
     *
     * @param written the columns that its tables must have, as {@link Unfit#written()}; null when they are to be taken as they are
     * @return null when it can be taken up, and a copy makes it whole
     * @throws io.tallystick.jdbc.TallystickException when it cannot be told now
     */
    default @Nullable Unfit look(TableName source, @Nullable Map<TableName, List<String>> written) {
        return null;
    }
}
