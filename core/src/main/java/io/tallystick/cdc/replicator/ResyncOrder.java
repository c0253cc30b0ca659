package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Tx;
import java.time.Instant;
import java.util.Set;

/**
 * A whole resync at one target: it forgets what it had read, and copies all tables from a new position on. Done at the claim, in the
 * transaction that stores the new position, and once for each order, however often the runner is started.
 *
 * @param number how many were ordered so far; 0 for none
 */
record ResyncOrder(long number, Set<TableName> tables) {

    static final ResyncOrder NONE = new ResyncOrder(0, Set.of());

    /** Prepares it unless this target has begun it before; false when there was nothing to do. */
    boolean prepare(TargetSession session, String pipeline) {
        Tx tx = session.tx();
        if (number == 0 || begun(tx, pipeline) >= number) {
            return false;
        }
        PipelineBoard.writeFirst(tx, pipeline);
        tx.update("UPDATE tally_pipeline SET resync_done = ?, gap = NULL WHERE pipeline = ?", number, pipeline);
        if (session.position() == null) {
            return false; // it begins anyway
        }
        // what waited was refused by the past: the copy brings the rows as they are
        PipelineOrders.Order order = new PipelineOrders.Order("tallystick", "resync " + number, Instant.EPOCH);
        int waited = new ParkedAudit(pipeline, "discard", order).letGoOfAll(tx, "given up");
        new PauseRows(tx, pipeline).forgetTakenUp();
        new LoadRows(tx, pipeline).resync(tables);
        PipelineBoard.audit(
                tx,
                pipeline,
                new PipelineBoard.Audit(
                        "resync begins",
                        order,
                        "from position " + session.position() + "; tables " + tables + "; " + waited
                                + " changes in quarantine given up"));
        return true;
    }

    private static long begun(Tx tx, String pipeline) {
        return tx.queryOne(
                        "SELECT resync_done FROM tally_pipeline WHERE pipeline = ?",
                        row -> row.longValue("resync_done"),
                        pipeline)
                .orElse(0L);
    }
}
