package io.tallystick.xa.decision;

import io.tallystick.jdbc.DuplicateKeyException;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import io.tallystick.xa.DecisionStore.Life;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The statements on tally_xa_node. Leases run by the database's clock. Stateless. */
final class NodeRows {

    private static final String OF_THIS_LIFE = " WHERE cluster = ? AND node = ? AND epoch = ?";

    /** Longer than any lease. */
    private static final Duration LONGEST_KEPT = Duration.ofDays(1);

    private NodeRows() {}

    /** The next life, or nothing when the row was not there or somebody was faster: to be tried again. */
    static Optional<Life> raise(Tx tx, int cluster, long node, Duration lease) {
        Optional<Integer> before = tx.queryOne(
                "SELECT epoch FROM tally_xa_node WHERE cluster = ? AND node = ?",
                row -> row.intValue("epoch"),
                cluster,
                node);
        if (before.isEmpty()) {
            begin(tx, cluster, node);
            return Optional.empty();
        }
        return next(tx, new Life(cluster, node, before.get()), lease);
    }

    private static Optional<Life> next(Tx tx, Life before, Duration lease) {
        int changed = tx.update(
                "UPDATE tally_xa_node SET epoch = epoch + 1, lease_until = "
                        + tx.dialect().nowPlusMicros() + OF_THIS_LIFE,
                micros(lease),
                before.cluster(),
                before.node(),
                before.epoch());
        return changed == 1
                ? Optional.of(new Life(before.cluster(), before.node(), before.epoch() + 1))
                : Optional.empty();
    }

    /**
     * A new node begins at the number of minutes since 2020: rows of nodes that are long gone may be deleted, or be lost when a
     * backup is restored, and still no epoch comes twice. The row alone is no life: to be raised like any other.
     */
    private static void begin(Tx tx, int cluster, long node) {
        try {
            tx.update(
                    "INSERT INTO tally_xa_node (cluster, node, epoch, lease_until) SELECT ?, ?, " + minutes(tx) + ", "
                            + tx.dialect().now(),
                    cluster,
                    node);
        } catch (DuplicateKeyException somebodyWasFaster) {
            // then there is a row to raise
        }
    }

    static boolean renew(Tx tx, Life life, Duration lease) {
        return tx.update(
                        "UPDATE tally_xa_node SET lease_until = " + tx.dialect().nowPlusMicros() + OF_THIS_LIFE,
                        micros(lease),
                        life.cluster(),
                        life.node(),
                        life.epoch())
                == 1;
    }

    static void leave(Tx tx, Life life) {
        renew(tx, life, Duration.ZERO);
    }

    static List<Life> living(Tx tx, int cluster) {
        return tx.query(
                "SELECT cluster, node, epoch FROM tally_xa_node WHERE cluster = ? AND lease_until > "
                        + tx.dialect().now(),
                NodeRows::life,
                cluster);
    }

    static List<Life> living(Tx tx) {
        return tx.query(
                "SELECT cluster, node, epoch FROM tally_xa_node WHERE lease_until > "
                        + tx.dialect().now(),
                NodeRows::life);
    }

    /**
     * Nodes without a fixed name leave a row behind at every start: one that starts every few seconds tens of thousands in a day, which every look
     * for the living passes. A name that has started more often than once a minute is ahead of the clock: its row stays until the clock has
     * caught up, or it would begin at an epoch that it has had.
     */
    static void purge(Tx tx, Duration age) {
        Duration atMost = age.compareTo(LONGEST_KEPT) < 0 ? age : LONGEST_KEPT;
        tx.update(
                "DELETE FROM tally_xa_node WHERE lease_until < " + tx.dialect().nowPlusMicros() + " AND epoch < "
                        + minutes(tx),
                -micros(atMost));
    }

    private static String minutes(Tx tx) {
        return tx.dialect().isInnoDb()
                ? "TIMESTAMPDIFF(MINUTE, '2020-01-01', UTC_TIMESTAMP())"
                : "(extract(epoch FROM statement_timestamp())::bigint - 1577836800) / 60";
    }

    private static Life life(Row row) throws SQLException {
        return new Life(row.intValue("cluster"), row.longValue("node"), row.intValue("epoch"));
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
