package io.tallystick.xa.journal;

import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.DecisionStore.Order;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.Verdict;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The next frame while it is written: requests are answered one after the other from what is durable and from what the requests
 * before them put into this frame. Belongs to the writer's thread.
 */
final class Draft {

    private final JournalState durable;
    private final List<Entry> entries = new ArrayList<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream(1024);
    private final Map<Gtrid, Verdict> decided = new HashMap<>();
    private final Map<Life, Integer> epochs = new HashMap<>();
    private boolean depends;

    Draft(JournalState durable) {
        this.durable = durable;
    }

    Verdict commit(DecisionRecord decision) {
        Verdict before = verdict(decision.gtrid());
        if (before == null) {
            add(new Entry.Decided(decision));
            decided.put(decision.gtrid(), Verdict.COMMIT);
        }
        return before == null ? Verdict.COMMIT : before;
    }

    Verdict abort(Gtrid gtrid, Instant at) {
        Verdict before = verdict(gtrid);
        if (before == null) {
            add(new Entry.Tombstone(gtrid, at));
            decided.put(gtrid, Verdict.ABORT);
        }
        return before == null ? Verdict.ABORT : before;
    }

    private @Nullable Verdict verdict(Gtrid gtrid) {
        Verdict here = decided.get(gtrid);
        depends |= here != null;
        return here != null ? here : durable.verdict(gtrid).orElse(null);
    }

    void end(Gtrid gtrid, boolean forget, Instant at) {
        if (durable.decision(gtrid).isPresent()) {
            add(forget ? new Entry.Forgotten(gtrid) : new Entry.Remembered(gtrid, at));
        }
    }

    Life register(int cluster, long node) {
        Life anyEpoch = new Life(cluster, node, 0);
        int epoch = epochs.getOrDefault(anyEpoch, durable.epoch(cluster, node)) + 1;
        Life life = new Life(cluster, node, epoch);
        add(new Entry.Registered(life));
        epochs.put(anyEpoch, epoch);
        return life;
    }

    boolean keep(HeuristicRecord record) {
        boolean isNew = !durable.knows(record);
        if (isNew) {
            add(new Entry.Evidence(record));
        }
        return isNew;
    }

    boolean keep(Order order) {
        add(new Entry.Ordered(order));
        return true;
    }

    int purge(Instant before, Predicate<Life> lives, int limit) {
        List<Gtrid> old = durable.old(before, lives, limit);
        old.forEach(gtrid -> add(new Entry.Forgotten(gtrid)));
        return old.size();
    }

    /** Encodes at once, so that what cannot be written fails the request that wanted it and no other. */
    private void add(Entry entry) {
        content.writeBytes(EntryCodec.write(List.of(entry)));
        entries.add(entry);
        depends = true;
    }

    /** To be asked after each request: whether its answer is true only once this frame is durable. */
    boolean tookPart() {
        boolean took = depends;
        depends = false;
        return took;
    }

    List<Entry> entries() {
        return entries;
    }

    byte[] content() {
        return content.toByteArray();
    }
}
