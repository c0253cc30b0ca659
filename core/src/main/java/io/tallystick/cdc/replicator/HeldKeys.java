package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one table for which changes wait, found under whatever spelling the target takes for the same: numbers are compared by
 * their value, what nobody but the target can tell is asked of it. For one session.
 */
final class HeldKeys {

    private final TargetTable table;
    private final KeyLikeness likeness;
    private final Map<Object, List<Held>> known = new HashMap<>();
    private final List<Held> unknown = new ArrayList<>();
    /** Those that were asked for and are none of these. */
    private final Set<String> others = new HashSet<>();

    private @Nullable SameKeys same;

    HeldKeys(TargetTable table) {
        this.table = table;
        this.likeness = new KeyLikeness(table);
    }

    private record Held(String key, TargetRow row) {}

    /** @param key as {@link StoredChange#keyText} tells it; one that is not of this table's key is passed over */
    void add(String key) {
        TargetRow row = StoredChange.keyRow(key, table);
        if (row == null) {
            return;
        }
        others.clear();
        Object alike = likeness.of(row);
        List<Held> to = alike == KeyLikeness.UNKNOWN ? unknown : known.computeIfAbsent(alike, any -> new ArrayList<>());
        to.add(new Held(key, row));
    }

    /** @param key as {@link StoredChange#keyText} tells it; it is not among those that were added */
    boolean holds(Tx tx, TargetRow named, String key) {
        // a table that keeps its order may do so because PostgreSQL compares its key loosely
        boolean exact = !table.inOrder() && likeness.isExact(named);
        if (exact || others.contains(key)) {
            return false;
        }
        boolean holds = !spellings(tx, named).isEmpty();
        if (!holds) {
            others.add(key);
        }
        return holds;
    }

    /** Those of the keys that are this one. */
    Set<String> spellings(Tx tx, String key) {
        TargetRow row = StoredChange.keyRow(key, table);
        return row == null ? Set.of() : spellings(tx, row);
    }

    private Set<String> spellings(Tx tx, TargetRow named) {
        Object alike = likeness.of(named);
        List<Held> equal = known.getOrDefault(alike, List.of());
        Set<String> found = new HashSet<>();
        List<Held> perhaps = new ArrayList<>(unknown);
        if (alike == KeyLikeness.UNKNOWN) {
            known.values().forEach(perhaps::addAll);
        } else if (likeness.isSure()) {
            equal.forEach(held -> found.add(held.key));
        } else {
            perhaps.addAll(equal);
        }
        if (!perhaps.isEmpty()) {
            ask(tx, named, perhaps.stream().map(Held::row).toList())
                    .forEach(place -> found.add(perhaps.get(place).key));
        }
        return found;
    }

    private List<Integer> ask(Tx tx, TargetRow named, List<TargetRow> candidates) {
        try {
            SameKeys asking = same == null ? new SameKeys(tx.connection()) : same;
            same = asking;
            return asking.find(table, named, candidates);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), false, "comparing keys of " + table.name());
        }
    }
}
