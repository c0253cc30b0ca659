package io.tallystick.cdc.replicator;

import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.Tx;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Gives changes up that wait at a target: a row's, all of them. Within one transaction. */
final class ParkedDiscard {

    private final Tx tx;
    private final String pipeline;
    private final ParkedAudit audit;
    private final ParkedChains chains;

    ParkedDiscard(Tx tx, String pipeline, Order order) {
        this.tx = tx;
        this.pipeline = pipeline;
        this.audit = new ParkedAudit(pipeline, "discard", order);
        this.chains = new ParkedChains(pipeline);
        Quarantine.lockForPerson(tx, pipeline);
        chains.load(tx);
    }

    /** How many they were. */
    int one(long id) {
        ParkedChange asked =
                ParkedChange.read(tx, pipeline, id).orElseThrow(() -> ParkedChange.noneWaits(pipeline, id));
        return letGo(of(asked));
    }

    private Set<Long> of(ParkedChange asked) {
        if (!asked.isVoid()) {
            return asked.isMapped() ? chains.row(tx, asked.id()) : Set.of(asked.id());
        }
        return new TreeSet<>(tx.query(
                "SELECT id FROM tally_quarantine WHERE pipeline = ? AND table_name = ? AND row_key = ? AND NOT ("
                        + Quarantine.IN_FORCE + ")",
                row -> row.longValue("id"),
                pipeline,
                asked.table().toString(),
                asked.key()));
    }

    /** How many they were. */
    int all(ParkedFilter which) {
        List<Long> meant =
                tx.query("SELECT id" + which.condition(), row -> row.longValue("id"), which.arguments(pipeline));
        chains.compareAll(tx);
        Set<Long> all = new TreeSet<>(meant);
        // an update is no use without the insert before it, and the other way round
        meant.forEach(id -> all.addAll(chains.row(tx, id)));
        return letGo(all);
    }

    private int letGo(Set<Long> ids) {
        audit.letGo(tx, ids, "given up");
        return ids.size();
    }
}
