package io.tallystick.cdc;

import java.util.List;
import java.util.Set;

/**
 * A table of a target as one route writes it. Compared by identity; shared by all rows of the route.
 *
 * @param columns those that the route writes, in the order of the cells of its rows; others keep their defaults
 * @param key places of the columns by which a row is found: the primary key, or a unique key without NULLs
 * @param parents tables that its foreign keys point to, perhaps itself: their rows must be there first, and go last
 * @param inOrder whether its changes must be made one after the other as the source made them, because a second unique key,
 *     a trigger or a foreign key to itself would notice another order
 */
public record TargetTable(
        TableName name, List<TargetColumn> columns, List<Integer> key, Set<TableName> parents, boolean inOrder) {

    public TargetTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        parents = Set.copyOf(parents);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
