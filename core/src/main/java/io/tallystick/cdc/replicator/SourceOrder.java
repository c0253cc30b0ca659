package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes runs that keep the source's order: neighbours are joined as long as table and shape are the same and no row comes twice. */
final class SourceOrder {

    private SourceOrder() {}

    static List<Run> plan(List<TargetChange> changes) {
        List<Run> runs = new ArrayList<>();
        List<TargetChange> open = new ArrayList<>();
        Set<RowKey> seen = new HashSet<>();
        for (TargetChange change : changes) {
            if (standsAlone(change)) {
                close(runs, open, seen);
                runs.add(new Run(change.table(), change.verb(), List.of(change)));
                continue;
            }
            if (!open.isEmpty() && (!belongs(change, open.get(0)) || seen.contains(keyOf(change)))) {
                close(runs, open, seen);
            }
            open.add(change);
            seen.add(keyOf(change));
        }
        close(runs, open, seen);
        return runs;
    }

    /** Whether nothing may be moved past this change: the row has another key afterwards, or the whole table is emptied. */
    static boolean standsAlone(TargetChange change) {
        return change.verb() == TargetChange.Verb.TRUNCATE
                || change.key() != null
                        && change.row() != null
                        && !RowKey.isSame(change.table(), change.key(), change.row());
    }

    /** Without the old image when it names the row as the new one does: then many such changes can be made at once. */
    static TargetChange plain(TargetChange change) {
        return change.key() == null || change.row() == null || standsAlone(change)
                ? change
                : new TargetChange(change.table(), change.verb(), null, change.row());
    }

    /** The key by which the target finds the row. */
    static RowKey keyOf(TargetChange change) {
        return new RowKey(change.table(), change.named());
    }

    private static boolean belongs(TargetChange change, TargetChange first) {
        return change.table().equals(first.table()) && Shape.of(change).equals(Shape.of(first));
    }

    private static void close(List<Run> runs, List<TargetChange> open, Set<RowKey> seen) {
        if (open.isEmpty()) {
            return;
        }
        runs.add(new Run(open.get(0).table(), open.get(0).verb(), List.copyOf(open)));
        open.clear();
        seen.clear();
    }
}
