package io.tallystick.xa.journal;

import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.DecisionStore.Order;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the journal says, all of it durable: changed by the writer only after its frame was forced. Thread-safe. */
final class JournalState {

    private static final Comparator<Gtrid> BY_BYTES = (a, b) -> Arrays.compareUnsigned(a.bytes(), b.bytes());

    /** By their hash for the daily questions, in the order of their bytes only for pages of the unfinished. */
    private final Map<Gtrid, Row> rows = new HashMap<>();

    private final TreeMap<Gtrid, DecisionRecord> unfinished = new TreeMap<>(BY_BYTES);
    private final Map<Node, Integer> epochs = new HashMap<>();
    private final Map<Finding, HeuristicRecord> evidence = new LinkedHashMap<>();
    private final List<Order> orders = new ArrayList<>();

    synchronized void apply(List<Entry> entries) {
        entries.forEach(this::apply);
    }

    private void apply(Entry entry) {
        if (entry instanceof Entry.Decided decided) {
            Gtrid gtrid = decided.decision().gtrid();
            rows.put(
                    gtrid,
                    new Row(
                            Verdict.COMMIT,
                            decided.decision(),
                            decided.decision().decidedAt()));
            unfinished.put(gtrid, decided.decision());
        } else if (entry instanceof Entry.Tombstone tombstone) {
            rows.put(tombstone.gtrid(), new Row(Verdict.ABORT, null, tombstone.at()));
        } else if (entry instanceof Entry.Remembered remembered) {
            Row before = rows.get(remembered.gtrid());
            DecisionRecord decision = before == null ? null : before.decision;
            rows.put(remembered.gtrid(), new Row(Verdict.COMMIT, decision, remembered.at()));
            unfinished.remove(remembered.gtrid());
        } else if (entry instanceof Entry.Forgotten forgotten) {
            rows.remove(forgotten.gtrid());
            unfinished.remove(forgotten.gtrid());
        } else if (entry instanceof Entry.Registered registered) {
            epochs.put(Node.of(registered.life()), registered.life().epoch());
        } else if (entry instanceof Entry.Evidence found) {
            evidence.putIfAbsent(Finding.of(found.record()), found.record());
        } else if (entry instanceof Entry.Ordered ordered) {
            orders.add(ordered.order());
        }
    }

    /** The shortest journal that says the same. */
    synchronized List<Entry> snapshot() {
        List<Entry> entries = new ArrayList<>();
        epochs.forEach((node, epoch) -> entries.add(new Entry.Registered(new Life(node.cluster, node.number, epoch))));
        rows.forEach((gtrid, row) -> add(gtrid, row, entries));
        evidence.values().forEach(record -> entries.add(new Entry.Evidence(record)));
        orders.forEach(order -> entries.add(new Entry.Ordered(order)));
        return entries;
    }

    private void add(Gtrid gtrid, Row row, List<Entry> entries) {
        if (row.verdict == Verdict.ABORT) {
            entries.add(new Entry.Tombstone(gtrid, row.at));
            return;
        }
        if (row.decision != null) {
            entries.add(new Entry.Decided(row.decision));
        }
        if (!unfinished.containsKey(gtrid)) {
            entries.add(new Entry.Remembered(gtrid, row.at));
        }
    }

    synchronized Optional<Verdict> verdict(BranchXid branch) {
        Row row = rows.get(branch.gtrid());
        if (row == null || row.verdict == Verdict.ABORT) {
            return Optional.ofNullable(row).map(Row::verdict);
        }
        // without a list where a release before this one has ended it
        return Optional.ofNullable(row.decision).map(decision -> decision.verdictOn(branch));
    }

    synchronized Optional<Verdict> verdict(Gtrid gtrid) {
        return Optional.ofNullable(rows.get(gtrid)).map(Row::verdict);
    }

    synchronized Optional<DecisionRecord> decision(Gtrid gtrid) {
        return Optional.ofNullable(unfinished.get(gtrid));
    }

    synchronized List<DecisionRecord> unfinished(Predicate<Gtrid> which, @Nullable Gtrid after, int limit) {
        return (after == null ? unfinished : unfinished.tailMap(after, false))
                .values().stream()
                        .filter(decision -> which.test(decision.gtrid()))
                        .limit(limit)
                        .toList();
    }

    /** 0 when the node was never registered. */
    synchronized int epoch(int cluster, long node) {
        return epochs.getOrDefault(new Node(cluster, node), 0);
    }

    synchronized boolean knows(HeuristicRecord record) {
        return evidence.containsKey(Finding.of(record));
    }

    synchronized List<HeuristicRecord> heuristics(int limit) {
        return evidence.values().stream()
                .sorted(Comparator.comparing(HeuristicRecord::at).reversed())
                .limit(limit)
                .toList();
    }

    synchronized List<Order> orders(int limit) {
        List<Order> latest = new ArrayList<>();
        for (int i = orders.size() - 1; i >= 0 && latest.size() < limit; i--) {
            latest.add(orders.get(i));
        }
        return latest;
    }

    /** Tombstones and remembered ends from before then, of lives that do not live. */
    synchronized List<Gtrid> old(Instant before, Predicate<Life> lives, int limit) {
        return rows.entrySet().stream()
                .filter(entry -> !unfinished.containsKey(entry.getKey())
                        && entry.getValue().at.isBefore(before)
                        && !lives.test(Life.of(entry.getKey())))
                .map(Map.Entry::getKey)
                .limit(limit)
                .toList();
    }

    /** @param decision with its list, also when it is ended; null for a tombstone */
    private record Row(Verdict verdict, @Nullable DecisionRecord decision, Instant at) {}

    private record Node(int cluster, long number) {
        static Node of(Life life) {
            return new Node(life.cluster(), life.node());
        }
    }

    private record Finding(BranchXid branch, Ack.Found found) {
        static Finding of(HeuristicRecord record) {
            return new Finding(record.branch(), record.found());
        }
    }
}
