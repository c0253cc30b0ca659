package io.tallystick.cdc;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a catalog says about a table.
 *
 * @param parents tables that its foreign keys point to, itself among them, except those checked at the commit only
 * @param sensitive whether a trigger, an exclusion constraint or a foreign key to itself would notice another order of changes
 * @param alwaysIdentity names of columns that may be inserted, but never updated
 */
record FoundTable(
        List<TargetColumn> columns,
        List<UniqueKey> keys,
        Set<TableName> parents,
        boolean sensitive,
        Set<String> alwaysIdentity) {

    FoundTable {
        columns = List.copyOf(columns);
        keys = List.copyOf(keys);
        parents = Set.copyOf(parents);
        alwaysIdentity = Set.copyOf(alwaysIdentity);
    }

    List<TargetColumn> writable() {
        return columns.stream().filter(column -> !column.generated()).toList();
    }

    /** As spelt, or else the only one that differs in case alone. */
    Optional<TargetColumn> column(String name) {
        Optional<TargetColumn> exact =
                columns.stream().filter(c -> c.name().equals(name)).findFirst();
        if (exact.isPresent()) {
            return exact;
        }
        List<TargetColumn> alike =
                columns.stream().filter(c -> c.name().equalsIgnoreCase(name)).toList();
        return alike.size() == 1 ? Optional.of(alike.get(0)) : Optional.empty();
    }

    /** The primary key when all its columns are among these, else the shortest other key of which that is true. */
    Optional<UniqueKey> keyWithin(List<String> names) {
        return keys.stream()
                .filter(key -> key.usable() && names.containsAll(key.columns()))
                .min(Comparator.<UniqueKey, Boolean>comparing(key -> !key.primary())
                        .thenComparing(key -> key.columns().size()));
    }

    boolean noticesOrder(@Nullable UniqueKey key) {
        return sensitive || keys.stream().anyMatch(other -> !other.equals(key) && !other.deferred());
    }
}
