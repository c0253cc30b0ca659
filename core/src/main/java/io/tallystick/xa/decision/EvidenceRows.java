package io.tallystick.xa.decision;

import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionStore.Order;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.Verdict;
import java.sql.SQLException;
import java.util.List;

/** The statements on tally_heuristic and tally_xa_audit. Stateless. */
final class EvidenceRows {

    private EvidenceRows() {}

    static void keep(Tx tx, HeuristicRecord record) {
        tx.update(
                tx.dialect()
                        .insertIgnore(
                                "tally_heuristic", "gtrid", "bqual", "found", "resource", "decided", "evidence", "at"),
                record.branch().gtrid().bytes(),
                record.branch().getBranchQualifier(),
                record.found(),
                record.resource(),
                record.decided(),
                record.evidence(),
                record.at());
    }

    static List<HeuristicRecord> latest(Tx tx, int limit) {
        return tx.query(
                "SELECT * FROM tally_heuristic ORDER BY at DESC, gtrid, bqual "
                        + tx.dialect().limit(limit),
                EvidenceRows::heuristic);
    }

    static void audit(Tx tx, Order order) {
        tx.update(
                tx.dialect().insert("tally_xa_audit", "gtrid", "person", "action", "reason", "at"),
                order.gtrid().bytes(),
                order.who(),
                order.what(),
                order.why(),
                order.at());
    }

    static List<Order> orders(Tx tx, int limit) {
        return tx.query(
                "SELECT * FROM tally_xa_audit ORDER BY id DESC " + tx.dialect().limit(limit),
                row -> new Order(
                        DecisionRows.gtrid(row),
                        row.string("person"),
                        row.string("action"),
                        row.string("reason"),
                        row.instant("at")));
    }

    private static HeuristicRecord heuristic(Row row) throws SQLException {
        Gtrid gtrid = DecisionRows.gtrid(row);
        BranchXid branch = BranchXid.read(BranchXid.FORMAT, gtrid.bytes(), row.bytes("bqual"))
                .orElseThrow(() -> new CorruptionException(
                        "table tally_heuristic holds a branch of " + gtrid + " whose qualifier is not of 16 bytes"));
        return new HeuristicRecord(
                branch,
                row.string("resource"),
                Verdict.valueOf(row.string("decided")),
                Ack.Found.valueOf(row.string("found")),
                row.string("evidence"),
                row.instant("at"));
    }
}
