package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.replicator.ConflictCheck.Met;
import io.tallystick.jdbc.Tx;
import java.util.List;
import java.util.Locale;

/**
 * The last conflicts of a pipeline at a target, with keys and no other values, for people to look at. Written in the transaction that
 * settles them: what is rolled back leaves none. One for each session; for one thread.
 */
final class ConflictLog {

    /** So many are kept at least. */
    static final int KEPT = 1_000;

    /** Older ones go that often, not with each: two statements less for every conflict. */
    private static final int TRIM_EVERY = 50;

    private static final String OF_PIPELINE = " FROM tally_conflict WHERE pipeline = ?";

    private final String pipeline;
    private int untrimmed = TRIM_EVERY - 1;

    ConflictLog(String pipeline) {
        this.pipeline = pipeline;
    }

    /** Writes one down. */
    void note(Tx tx, TargetChange change, Met met, Position position) {
        tx.update(
                "INSERT INTO tally_conflict (pipeline, table_name, row_key, met, winner, position, met_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, " + tx.dialect().now() + ")",
                pipeline,
                change.table().name().toString(),
                StoredChange.of(change).keyText(),
                met.what().name().toLowerCase(Locale.ROOT),
                met.winner().name().toLowerCase(Locale.ROOT),
                position.text());
        untrimmed++;
        if (untrimmed >= TRIM_EVERY) {
            untrimmed = 0;
            trim(tx);
        }
    }

    private void trim(Tx tx) {
        tx.queryOne(
                        "SELECT id" + OF_PIPELINE + " ORDER BY id DESC "
                                + tx.dialect().limit(1) + " OFFSET " + KEPT,
                        row -> row.longValue("id"),
                        pipeline)
                .ifPresent(last -> tx.update("DELETE" + OF_PIPELINE + " AND id <= ?", pipeline, last));
    }

    /** The newest first. */
    static List<PipelineDesk.Conflict> read(Tx tx, String pipeline, int most) {
        return tx.query(
                "SELECT table_name, row_key, met, winner, position, met_at" + OF_PIPELINE + " ORDER BY id DESC "
                        + tx.dialect().limit(most),
                row -> new PipelineDesk.Conflict(
                        row.instant("met_at"),
                        row.string("table_name"),
                        row.string("row_key"),
                        row.string("met"),
                        row.string("winner"),
                        row.string("position")),
                pipeline);
    }
}
