package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Watches for keys that a target may take for equal although their bytes differ ({@code 'a'} and {@code 'A'} where case does not count,
 * 1.0 and 1.00): of two such changes neither may be moved past the other. Tells too many apart rather than too few. For one table
 * within one group.
 */
final class AlikeKeys {

    private final KeyLikeness likeness;
    private final Map<Object, RowKey> byLikeness = new HashMap<>();
    /** Whether any key could be equal to any other. */
    private boolean anyUnknown;

    private @Nullable RowKey only;
    private boolean several;
    private boolean anyGone;
    private boolean anyPut;

    AlikeKeys(TargetTable table) {
        this.likeness = new KeyLikeness(table);
    }

    /** False when the change may be about the same row as an earlier one that has other bytes; then it is not taken in. */
    boolean admits(TargetChange change) {
        TargetRow named = change.named();
        if (likeness.isExact(named)) {
            return true;
        }
        RowKey key = SourceOrder.keyOf(change);
        Object alike = likeness.of(named);
        if (alike != KeyLikeness.UNKNOWN) {
            RowKey known = byLikeness.putIfAbsent(alike, key);
            if (known != null && !known.equals(key)) {
                return false;
            }
        }
        return admitsUnknown(alike == KeyLikeness.UNKNOWN, change.verb() == Verb.DELETE, key);
    }

    /** A row that goes and one that comes may be the same; several that only go, or only come, are not. */
    private boolean admitsUnknown(boolean unknown, boolean goes, RowKey key) {
        boolean mixed = (anyGone || goes) && (anyPut || !goes);
        boolean others = several || only != null && !only.equals(key);
        if ((anyUnknown || unknown) && mixed && others) {
            return false;
        }
        anyUnknown |= unknown;
        anyGone |= goes;
        anyPut |= !goes;
        several = others;
        only = key;
        return true;
    }
}
