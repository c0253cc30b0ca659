package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import java.util.Optional;

/**
 * A change that waits, as it is stored.
 *
 * @param image what {@link StoredChange#parse} reads
 */
record ParkedChange(long id, TableName table, String key, String operation, String image) {

    static Optional<ParkedChange> read(Tx tx, String pipeline, long id) {
        return tx.queryOne(
                "SELECT table_name, row_key, operation, image FROM tally_quarantine WHERE pipeline = ? AND id = ?",
                row -> new ParkedChange(
                        id,
                        TableName.parse(row.string("table_name")),
                        row.string("row_key"),
                        row.string("operation"),
                        row.string("image")),
                pipeline,
                id);
    }

    static RejectedException noneWaits(String pipeline, long id) {
        return new RejectedException("no change " + id + " waits at " + pipeline
                + "; tally pipeline quarantine lists those that do, tally pipeline audit those that were let go");
    }

    /** Whether it came before its table was emptied. */
    boolean isVoid() {
        return operation.startsWith(Quarantine.VOID);
    }

    /** Whether it is one of the target; else it is one of the source that no mapping could make anything of. */
    boolean isMapped() {
        return !operation.contains("UNMAPPED");
    }

    StoredChange stored() {
        return StoredChange.parse(image);
    }

    void refuseVoid() {
        if (isVoid()) {
            throw new RejectedException("change " + id + " came before the source emptied " + table
                    + ", and would bring back a row that is gone; read it, and discard it");
        }
    }
}
