package io.tallystick.cdc;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts changes together that one statement can make: those with the same cells unchanged and with or without another key. */
public final class CellGroups {

    private CellGroups() {}

    /** The changes in groups; all in one group, without a copy, when none is partial and none changes its key. */
    public static List<List<TargetChange>> of(List<TargetChange> changes) {
        if (!isAnyOdd(changes)) {
            return List.of(changes);
        }
        Map<BitSet, List<TargetChange>> groups = new LinkedHashMap<>();
        for (TargetChange change : changes) {
            groups.computeIfAbsent(shape(change), shape -> new ArrayList<>()).add(change);
        }
        return List.copyOf(groups.values());
    }

    private static boolean isAnyOdd(List<TargetChange> changes) {
        for (TargetChange change : changes) {
            if (isOdd(change)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOdd(TargetChange change) {
        return change.row() != null && (change.key() != null || change.row().isPartial());
    }

    private static BitSet shape(TargetChange change) {
        BitSet shape = new BitSet();
        TargetRow row = change.row();
        if (row != null) {
            shape.set(0, change.key() != null);
            for (int cell = 0; cell < row.size(); cell++) {
                shape.set(cell + 1, row.isUnchanged(cell));
            }
        }
        return shape;
    }
}
