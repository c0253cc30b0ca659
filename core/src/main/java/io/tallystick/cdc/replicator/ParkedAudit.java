package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.PipelineDesk.Handled;
import io.tallystick.cdc.replicator.PipelineDesk.ParkedKey;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Tx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of changes that waited, and who did it: in tally_quarantine_audit, in the transaction that lets them go. */
final class ParkedAudit {

    private static final int AT_ONCE = 500;
    /** The outcome of what is taken out tells why it had waited. */
    private static final String WITH_REASON = "CONCAT(?, '; why it had waited: ', error)";

    private final String pipeline;
    private final String act;
    private final Order order;

    /** @param act replay or discard */
    ParkedAudit(String pipeline, String act, Order order) {
        this.pipeline = pipeline;
        this.act = act;
        this.order = order;
    }

    /**
     * Takes these out of the quarantine.
     *
     * @throws ConflictException when one of them is there no more
     */
    void letGo(Tx tx, Collection<Long> ids, String outcome) {
        List<Long> all = List.copyOf(ids);
        int gone = 0;
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            List<Long> some = all.subList(from, Math.min(all.size(), from + AT_ONCE));
            gone += letGo(
                    tx, outcome, " AND id IN (" + String.join(", ", Collections.nCopies(some.size(), "?")) + ")", some);
        }
        if (gone != all.size()) {
            throw new ConflictException("somebody else has just let changes go that waited at " + pipeline);
        }
    }

    /** Takes everything out of the quarantine; how many changes that were. */
    int letGoOfAll(Tx tx, String outcome) {
        return letGo(tx, outcome, "", List.of());
    }

    /** Takes everything of one table out of the quarantine; how many changes that were. */
    int letGoOf(Tx tx, TableName table, String outcome) {
        return letGo(tx, outcome, " AND table_name = ?", List.of(table.toString()));
    }

    private int letGo(Tx tx, String outcome, String condition, List<?> ids) {
        note(tx, WITH_REASON, outcome, condition, ids);
        List<@Nullable Object> arguments = new ArrayList<>(List.of(pipeline));
        arguments.addAll(ids);
        return tx.update("DELETE FROM tally_quarantine WHERE pipeline = ?" + condition, arguments.toArray());
    }

    /** Nothing became of it, and it goes on waiting. */
    void refused(Tx tx, long id, String why) {
        note(tx, "?", "refused: " + why, " AND id = ?", List.of(id));
    }

    private void note(Tx tx, String told, String outcome, String condition, List<?> ids) {
        List<@Nullable Object> arguments =
                new ArrayList<>(List.of(act, order.who(), order.why(), Quarantine.brief(outcome), pipeline));
        arguments.addAll(ids);
        tx.update(
                "INSERT INTO tally_quarantine_audit"
                        + " (pipeline, at, act, who, why, change_id, table_name, row_key, operation, position, outcome)"
                        + " SELECT pipeline, " + tx.dialect().now()
                        + ", ?, ?, ?, id, table_name, row_key, operation, position, " + told
                        + " FROM tally_quarantine WHERE pipeline = ?" + condition + " ORDER BY id",
                arguments.toArray());
    }

    /** What people and runners did, the latest first. */
    static List<Handled> read(Tx tx, String pipeline, int most) {
        return tx.query(
                "SELECT at, act, who, why, change_id, table_name, row_key, operation, position, outcome"
                        + " FROM tally_quarantine_audit WHERE pipeline = ? ORDER BY id DESC "
                        + tx.dialect().limit(most),
                row -> new Handled(
                        row.string("act"),
                        new Order(row.string("who"), row.string("why"), row.instant("at")),
                        new ParkedKey(
                                row.longValue("change_id"),
                                row.string("table_name"),
                                row.string("row_key"),
                                row.string("operation"),
                                row.string("position")),
                        row.string("outcome")),
                pipeline);
    }
}
