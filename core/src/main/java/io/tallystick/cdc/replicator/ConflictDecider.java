package io.tallystick.cdc.replicator;

/**
 * Says whose row stays where somebody else has written to the target. Asked in the transaction that makes the change, with the target's
 * row locked, by the threads of all targets whose routes name it. It must be a pure function of the two rows: a transaction may be made
 * again.
 */
@FunctionalInterface
public interface ConflictDecider {

    /** Whose row stays. */
    enum Winner {
        /** The row becomes as the source has it. */
        SOURCE,
        /** The row stays as the target has it. */
        TARGET,
        /** The change is set aside for a person. */
        PARK
    }

    /**
     * Asked for a row that is to be inserted and is there already, and for one that is to be updated and is there.
     *
     * @param source the row as the source has it, under the names of the target's columns that the route writes
     * @param target the same columns as they are at the target
     * @throws RuntimeException when it cannot say: the change is set aside. Of a {@link io.tallystick.jdbc.RejectedException} the message
     *     is kept, so it should hold no data; of others only the kind and the place
     */
    Winner decide(RowImage source, RowImage target);
}
