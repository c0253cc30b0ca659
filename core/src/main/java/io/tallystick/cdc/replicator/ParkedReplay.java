package io.tallystick.cdc.replicator;

import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.Tx;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes changes that wait at a target: those that hang together in one transaction, in their order, all or none. For one replay and
 * one thread.
 */
final class ParkedReplay {

    private static final int ATTEMPTS = 4;

    private final Jdbc jdbc;
    private final String pipeline;
    private final ParkedAudit audit;
    private final ParkedChains chains;
    private final ParkedWriter writer;
    private final Refusals refusals = new Refusals();
    /** The changes that are being made. */
    private Set<Long> chain = Set.of();

    private @Nullable ParkedChange last;
    private int made;

    ParkedReplay(Jdbc jdbc, String pipeline, RowWriter rows, Order order) {
        this.jdbc = jdbc;
        this.pipeline = pipeline;
        this.audit = new ParkedAudit(pipeline, "replay", order);
        this.chains = new ParkedChains(pipeline);
        this.writer = new ParkedWriter(rows);
    }

    /**
     * Makes this one with all that hangs together with it; how many they were.
     *
     * @throws RejectedException when it is refused again, or does not wait
     */
    int one(long id) {
        try {
            make(id);
        } catch (RejectedException e) {
            jdbc.run(tx -> audit.refused(tx, id, String.valueOf(e.getMessage())));
            throw e;
        }
        if (made == 0) {
            throw ParkedChange.noneWaits(pipeline, id);
        }
        return made;
    }

    /**
     * Makes all that are meant, one after the other. What is refused again goes on waiting; it is tried once more when others were made,
     * for it may have needed one that came behind it.
     *
     * @param progress is told how many of those that are meant were tried
     */
    Replayed all(ParkedFilter which, IntConsumer progress) {
        try {
            List<Long> wanted = jdbc.autocommit(tx -> tx.query(
                    "SELECT id" + which.condition() + " ORDER BY id",
                    row -> row.longValue("id"),
                    which.arguments(pipeline)));
            jdbc.run(tx -> {
                chains.load(tx);
                chains.compareAll(tx);
            });
            round(wanted, progress);
            if (made > 0) {
                writer.forget();
                round(refusals.ids(), any -> {});
            }
            jdbc.run(tx -> refusals.reasons()
                    .forEach(reason -> audit.refused(tx, reason.first().get(0), told(reason))));
            return new Replayed(made, refusals.changes(), refusals.reasons(), null);
        } catch (TallystickException e) {
            return new Replayed(made, refusals.changes(), refusals.reasons(), e);
        }
    }

    private static String told(Replayed.Reason reason) {
        return reason.why() + (reason.changes() == 1 ? "" : " (and " + (reason.changes() - 1) + " more)");
    }

    private void round(Collection<Long> ids, IntConsumer progress) {
        Set<Long> tried = new HashSet<>();
        int place = 0;
        for (long id : List.copyOf(ids)) {
            if (tried.add(id)) {
                try {
                    make(id);
                    refusals.remove(chain);
                } catch (RejectedException | CorruptionException e) {
                    refusals.add(id, chain, e, last);
                }
                tried.addAll(chain);
            }
            progress.accept(++place);
        }
    }

    private void make(long id) {
        chain = Set.of(id);
        last = null;
        made += jdbc.withRetryOnConflict(ATTEMPTS, tx -> make(tx, id));
        chains.remove(chain);
    }

    private int make(Tx tx, long id) {
        Quarantine.lockForPerson(tx, pipeline);
        Optional<ParkedChange> asked = ParkedChange.read(tx, pipeline, id);
        if (asked.isEmpty()) {
            return 0;
        }
        last = asked.get();
        last.refuseVoid();
        chains.load(tx);
        // what no mapping could make anything of hangs together with nothing
        chain = last.isMapped() ? chains.chain(tx, id) : Set.of(id);
        for (long one : chain) {
            ParkedChange change = ParkedChange.read(tx, pipeline, one).orElse(null);
            if (change == null || change.isVoid()) {
                chains.forget();
                throw new ConflictException("what waits at " + pipeline + " has just changed");
            }
            last = change;
            writer.write(tx, change);
        }
        audit.letGo(tx, chain, "made");
        return chain.size();
    }
}
