package io.tallystick.cdc;

import io.tallystick.cdc.TargetChange.Verb;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes as few runs as possible out of a group of changes: of each row only what becomes of it in the end, all rows of a table
 * at once, parents before their children and children gone before their parents. What must not be moved (a key that changes, a
 * table that is emptied) stands as a barrier between what came before it and what came after. Pure; for one group.
 *
 * <p>The result is the same as that of the changes one by one, unless a constraint notices the other order: then the database
 * refuses, and the group is made again in the order of the source.
 */
final class Coalescer {

    private final Map<TargetTable, TableNet> nets = new LinkedHashMap<>();
    private final List<Run> runs = new ArrayList<>();
    /** Tables that are emptied one after the other, with nothing in between. */
    private final Map<TargetTable, TableNet> emptied = new LinkedHashMap<>();

    /** The runs that make these changes. */
    static List<Run> plan(List<TargetChange> changes) {
        if (isLoad(changes)) {
            return List.of(new Run(changes.get(0).table(), Verb.INSERT, changes));
        }
        Coalescer coalescer = new Coalescer();
        changes.forEach(coalescer::add);
        coalescer.barrier();
        coalescer.empty();
        return coalescer.runs;
    }

    /** New rows of one table and nothing else: nothing can be joined, and their order is as it is. */
    private static boolean isLoad(List<TargetChange> changes) {
        if (changes.isEmpty() || changes.get(0).table().inOrder()) {
            return false;
        }
        TargetTable table = changes.get(0).table();
        for (TargetChange change : changes) {
            if (change.verb() != Verb.INSERT || !change.table().equals(table) || SourceOrder.standsAlone(change)) {
                return false;
            }
        }
        return true;
    }

    private void add(TargetChange change) {
        if (change.verb() == Verb.TRUNCATE) {
            barrier();
            emptied.putIfAbsent(change.table(), new TableNet(change.table()));
            return;
        }
        empty();
        if (isKnownByAnotherRoute(change.table()) || bringsBackAParent(change)) {
            barrier();
        }
        if (SourceOrder.standsAlone(change)
                || !nets.computeIfAbsent(change.table(), TableNet::new).add(change)) {
            barrier();
            runs.add(new Run(change.table(), change.verb(), List.of(change)));
        }
    }

    /** Two routes into one table may be about the same row: then neither may be moved past the other. */
    private boolean isKnownByAnotherRoute(TargetTable table) {
        return !nets.containsKey(table)
                && nets.keySet().stream().anyMatch(known -> known.name().equals(table.name()));
    }

    /**
     * A row that went, and took its children with it at the target (ON DELETE CASCADE), comes again: children that came before it went
     * must not be put behind it.
     */
    private boolean bringsBackAParent(TargetChange change) {
        TableNet net = nets.get(change.table());
        return net != null
                && net.anyGone
                && change.verb() != Verb.DELETE
                && net.hasLost(change)
                && nets.keySet().stream()
                        .anyMatch(
                                child -> child.parents().contains(change.table().name()));
    }

    /** Children first: what is deleted row by row must not be referenced any more. */
    private void empty() {
        List<TableNet> parentsFirst = TableOrder.parentsFirst(emptied);
        for (int i = parentsFirst.size() - 1; i >= 0; i--) {
            TargetTable table = parentsFirst.get(i).table();
            runs.add(new Run(table, Verb.TRUNCATE, List.of(new TargetChange(table, Verb.TRUNCATE, null, null))));
        }
        emptied.clear();
    }

    private void barrier() {
        if (nets.isEmpty()) {
            return;
        }
        List<TableNet> parentsFirst = TableOrder.parentsFirst(nets);
        for (int i = parentsFirst.size() - 1; i >= 0; i--) {
            parentsFirst.get(i).addReplaced(runs);
        }
        parentsFirst.forEach(net -> net.addPuts(runs));
        for (int i = parentsFirst.size() - 1; i >= 0; i--) {
            parentsFirst.get(i).addGone(runs);
        }
        nets.clear();
    }

    /** What becomes of the rows of one table. */
    static final class TableNet {

        private final TargetTable table;
        private final AlikeKeys alike;
        private final Map<RowKey, Net> rows = new HashMap<>();
        private final List<TargetChange> inOrder = new ArrayList<>();
        private boolean anyGone;

        TableNet(TargetTable table) {
            this.table = table;
            this.alike = new AlikeKeys(table);
        }

        TargetTable table() {
            return table;
        }

        /** Whether the row of this change was deleted last; in a table that keeps its order any row counts. */
        private boolean hasLost(TargetChange change) {
            if (table.inOrder()) {
                return true;
            }
            Net net = rows.get(SourceOrder.keyOf(change));
            return net != null && net.gone != null;
        }

        /** False when this change cannot be joined with what is known of its row. */
        boolean add(TargetChange change) {
            anyGone |= change.verb() == Verb.DELETE;
            if (table.inOrder()) {
                inOrder.add(change);
                return true;
            }
            RowKey key = SourceOrder.keyOf(change);
            if (!alike.admits(change, key)) {
                return false;
            }
            Net before = rows.get(key);
            Net after = Net.join(before, change);
            if (after == null) {
                return false;
            }
            if (after.isNothing()) {
                rows.remove(key);
            } else {
                rows.put(key, after);
            }
            return true;
        }

        void addReplaced(List<Run> runs) {
            addRun(
                    runs,
                    Verb.DELETE,
                    rows.values().stream()
                            .filter(net -> net.gone != null && net.put != null)
                            .map(net -> net.gone)
                            .toList());
        }

        void addPuts(List<Run> runs) {
            Map<Shape, List<TargetChange>> byShape = new LinkedHashMap<>();
            for (Net net : rows.values()) {
                if (net.put != null) {
                    byShape.computeIfAbsent(Shape.of(net.put), shape -> new ArrayList<>())
                            .add(net.put);
                }
            }
            byShape.forEach((shape, changes) -> runs.add(new Run(table, shape.verb(), changes)));
            runs.addAll(SourceOrder.plan(inOrder));
        }

        void addGone(List<Run> runs) {
            addRun(
                    runs,
                    Verb.DELETE,
                    rows.values().stream()
                            .filter(net -> net.gone != null && net.put == null)
                            .map(net -> net.gone)
                            .toList());
        }

        private void addRun(List<Run> runs, Verb verb, List<TargetChange> changes) {
            if (!changes.isEmpty()) {
                runs.add(new Run(table, verb, changes));
            }
        }
    }

    /** What becomes of one row: first it goes, then it is put; either may be absent. */
    private record Net(
            @Nullable TargetChange gone, @Nullable TargetChange put) {

        static final Net NOTHING = new Net(null, null);

        boolean isNothing() {
            return gone == null && put == null;
        }

        /** Null when the two cannot be joined. */
        static @Nullable Net join(@Nullable Net before, TargetChange change) {
            if (before == null) {
                return change.verb() == Verb.DELETE ? new Net(change, null) : new Net(null, change);
            }
            return before.put == null ? before.afterGone(change) : before.afterPut(before.put, change);
        }

        private @Nullable Net afterGone(TargetChange change) {
            return switch (change.verb()) {
                case INSERT, UPSERT, INSERT_IF_ABSENT -> new Net(gone, change);
                case DELETE -> this;
                default -> null;
            };
        }

        private @Nullable Net afterPut(TargetChange put, TargetChange change) {
            return switch (change.verb()) {
                case DELETE ->
                    gone == null && put.verb() == Verb.INSERT ? NOTHING : new Net(gone == null ? change : gone, null);
                case UPSERT, UPDATE -> put.verb() == Verb.INSERT_IF_ABSENT ? null : overwritten(put, change);
                // an update may have found no row
                case INSERT_IF_ABSENT -> put.verb() == Verb.UPDATE ? null : this;
                default -> null;
            };
        }

        private @Nullable Net overwritten(TargetChange put, TargetChange change) {
            if (put.row() == null || change.row() == null) {
                return null;
            }
            TargetRow joined = change.row().onto(put.row());
            // an update that follows an upsert or an insert still has to make the row; one that follows an update has
            // not
            Verb verb = put.verb() == Verb.UPDATE ? change.verb() : put.verb();
            return joined == null ? null : new Net(gone, new TargetChange(change.table(), verb, put.key(), joined));
        }
    }
}
