package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetRow;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Changes of one table that the same statement can make: the verb, and for an update which cells it leaves alone. */
record Shape(Verb verb, BitSet unchanged) {

    private static final BitSet NONE = new BitSet();

    private static final Map<Verb, Shape> WHOLE =
            Arrays.stream(Verb.values()).collect(Collectors.toMap(verb -> verb, verb -> new Shape(verb, NONE)));

    static Shape of(TargetChange change) {
        TargetRow row = change.row();
        if (row == null || change.verb() != Verb.UPDATE || !row.isPartial()) {
            return Objects.requireNonNull(WHOLE.get(change.verb()));
        }
        BitSet unchanged = new BitSet(row.size());
        for (int cell = 0; cell < row.size(); cell++) {
            unchanged.set(cell, row.isUnchanged(cell));
        }
        return new Shape(change.verb(), unchanged);
    }
}
