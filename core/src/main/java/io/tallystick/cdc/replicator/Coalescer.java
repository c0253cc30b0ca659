package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        TableNet net = nets.get(change.table());
        if (net == null ? isKnownByAnotherRoute(change.table()) : bringsBackAParent(net, change)) {
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
        return nets.keySet().stream().anyMatch(known -> known.name().equals(table.name()));
    }

    /**
     * A row that went, and took its children with it at the target (ON DELETE CASCADE), comes again: children that came before it went
     * must not be put behind it.
     */
    private boolean bringsBackAParent(TableNet net, TargetChange change) {
        return net.anyGone && change.verb() != Verb.DELETE && hasChildren(change.table()) && net.hasLost(change);
    }

    private boolean hasChildren(TargetTable table) {
        for (TargetTable other : nets.keySet()) {
            if (other.parents().contains(table.name())) {
                return true;
            }
        }
        return false;
    }

    /** Children first: what is deleted row by row must not be referenced any more. */
    private void empty() {
        if (emptied.isEmpty()) {
            return;
        }
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
        private final NetRows rows;
        private final List<TargetChange> inOrder = new ArrayList<>();
        private boolean anyGone;

        TableNet(TargetTable table) {
            this.table = table;
            this.alike = new AlikeKeys(table);
            this.rows = new NetRows(table);
        }

        TargetTable table() {
            return table;
        }

        /** Whether the row of this change was deleted last; in a table that keeps its order any row counts. */
        private boolean hasLost(TargetChange change) {
            return table.inOrder() || rows.hasLost(change);
        }

        /** False when this change cannot be joined with what is known of its row. */
        boolean add(TargetChange change) {
            anyGone |= change.verb() == Verb.DELETE;
            if (table.inOrder()) {
                inOrder.add(change);
                return true;
            }
            return alike.admits(change) && rows.add(change);
        }

        void addReplaced(List<Run> runs) {
            addRun(runs, Verb.DELETE, rows.gone(true));
        }

        void addPuts(List<Run> runs) {
            Map<Shape, List<TargetChange>> byShape = new LinkedHashMap<>();
            Shape last = null;
            List<TargetChange> same = List.of();
            for (TargetChange put : rows.put()) {
                Shape shape = Shape.of(put);
                if (!shape.equals(last)) {
                    same = byShape.computeIfAbsent(shape, each -> new ArrayList<>());
                    last = shape;
                }
                same.add(put);
            }
            byShape.forEach((shape, changes) -> runs.add(new Run(table, shape.verb(), changes)));
            runs.addAll(SourceOrder.plan(inOrder));
        }

        void addGone(List<Run> runs) {
            addRun(runs, Verb.DELETE, rows.gone(false));
        }

        private void addRun(List<Run> runs, Verb verb, List<TargetChange> changes) {
            if (!changes.isEmpty()) {
                runs.add(new Run(table, verb, changes));
            }
        }
    }
}
