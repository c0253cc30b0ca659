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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one table for which changes wait, found under whatever spelling the target takes for the same: numbers are compared by
 * their value, what nobody but the target can tell is asked of it. For one thread.
 */
final class HeldKeys {

    private final TargetTable table;
    private final KeyLikeness likeness;
    private final Map<Object, List<Held>> known = new HashMap<>();
    private final List<Held> unknown = new ArrayList<>();
    /** Those that were asked for and are none of these. */
    private final Set<String> others = new HashSet<>();
    /** For keys that were compared with each other at once: those that are the same. */
    private final Map<String, Set<String>> compared = new HashMap<>();

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
        boolean holds = !spellings(tx, named, any -> true).isEmpty();
        if (!holds) {
            others.add(key);
        }
        return holds;
    }

    /** Those of the keys that are this one; not necessarily itself. */
    Set<String> spellings(Tx tx, String key) {
        TargetRow row = StoredChange.keyRow(key, table);
        Set<String> known = compared.getOrDefault(key, Set.of());
        Set<String> found = new HashSet<>(known);
        if (row != null) {
            found.addAll(spellings(
                    tx, row, held -> !held.key.equals(key) && (known.isEmpty() || !compared.containsKey(held.key))));
        }
        return found;
    }

    /**
     * Asks the target at once which of the keys that only it can compare are the same: to be asked for each of many they are too many.
     * Keys that are added afterwards are compared when they are asked for.
     */
    void compareAll(Tx tx) {
        if (unknown.isEmpty()) {
            return;
        }
        List<Held> all = new ArrayList<>(unknown);
        known.values().forEach(all::addAll);
        int[] first =
                asking(tx, same -> same.first(table, all.stream().map(Held::row).toList()));
        Map<Integer, Set<String>> classes = new HashMap<>();
        for (int place = 0; place < first.length; place++) {
            Set<String> spellings = classes.computeIfAbsent(first[place], any -> new HashSet<>());
            spellings.add(all.get(place).key);
            compared.put(all.get(place).key, spellings);
        }
    }

    private Set<String> spellings(Tx tx, TargetRow named, Predicate<Held> toAsk) {
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
        perhaps.removeIf(toAsk.negate());
        if (!perhaps.isEmpty()) {
            asking(
                            tx,
                            same -> same.find(
                                    table,
                                    named,
                                    perhaps.stream().map(Held::row).toList()))
                    .forEach(place -> found.add(perhaps.get(place).key));
        }
        return found;
    }

    /** What is asked of {@link SameKeys}. */
    private interface Question<T> {
        T ask(SameKeys same) throws SQLException;
    }

    private <T> T asking(Tx tx, Question<T> question) {
        try {
            SameKeys asking = same == null || !same.isOf(tx.connection()) ? new SameKeys(tx.connection()) : same;
            same = asking;
            return question.ask(asking);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), false, "comparing keys of " + table.name());
        }
    }
}
