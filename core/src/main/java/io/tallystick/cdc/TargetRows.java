package io.tallystick.cdc;

/** Which image of a change is meant. */
final class TargetRows {

    private TargetRows() {}

    /** The row as it is to be. */
    static TargetRow row(TargetChange change) {
        TargetRow row = change.row();
        if (row == null) {
            throw new IllegalArgumentException(
                    change.verb() + " of " + change.table().name() + " has no row to write");
        }
        return row;
    }

    /** The row by whose key it is found. */
    static TargetRow key(TargetChange change) {
        TargetRow key = change.key();
        return key == null ? row(change) : key;
    }
}
