package io.tallystick.xa;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Decisions in memory, for simulations and tests: it behaves like the durable ones and forgets everything with its process. Thread-safe. */
public final class InMemoryDecisionStore implements DecisionStore {

    private final String name;
    private final InstantSource clock;
    private final Set<Life> own = new HashSet<>();

    // shared by all processes of a simulation, and the monitor of everything here
    private final TreeMap<String, Row> rows;
    private final Map<Node, Seen> nodes;
    private final Map<Finding, HeuristicRecord> heuristics;
    private final List<Order> orders;

    /** @param clock of the leases and of tombstones' ages */
    public InMemoryDecisionStore(String name, InstantSource clock) {
        this.name = name;
        this.clock = clock;
        this.rows = new TreeMap<>();
        this.nodes = new HashMap<>();
        this.heuristics = new LinkedHashMap<>();
        this.orders = new ArrayList<>();
    }

    private InMemoryDecisionStore(InMemoryDecisionStore same) {
        this.name = same.name;
        this.clock = same.clock;
        this.rows = same.rows;
        this.nodes = same.nodes;
        this.heuristics = same.heuristics;
        this.orders = same.orders;
    }

    /** The same decisions as another process of a simulation sees them: no life registered so far is its own. */
    public InMemoryDecisionStore asAnotherProcess() {
        return new InMemoryDecisionStore(this);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<Verdict> lookup(Gtrid gtrid) {
        synchronized (rows) {
            return Optional.ofNullable(rows.get(gtrid.toString())).map(Row::verdict);
        }
    }

    @Override
    public Optional<Verdict> lookup(BranchXid branch) {
        synchronized (rows) {
            return Optional.ofNullable(rows.get(branch.gtrid().toString())).map(row -> row.verdictOn(branch));
        }
    }

    @Override
    public Optional<DecisionRecord> decision(Gtrid gtrid) {
        synchronized (rows) {
            return Optional.ofNullable(rows.get(gtrid.toString())).flatMap(Row::unfinished);
        }
    }

    @Override
    public Verdict commit(DecisionRecord decision) {
        return firstOf(decision.gtrid(), new Row(decision.gtrid(), decision, false, clock.instant()));
    }

    @Override
    public Verdict abort(Gtrid gtrid) {
        return firstOf(gtrid, new Row(gtrid, null, false, clock.instant()));
    }

    private Verdict firstOf(Gtrid gtrid, Row row) {
        synchronized (rows) {
            Row before = rows.putIfAbsent(gtrid.toString(), row);
            return before == null ? row.verdict() : before.verdict();
        }
    }

    @Override
    public void end(Collection<Gtrid> done) {
        synchronized (rows) {
            for (Gtrid gtrid : done) {
                if (own.contains(Life.of(gtrid))) {
                    rows.computeIfPresent(gtrid.toString(), (key, row) -> row.isUnfinished() ? null : row);
                } else {
                    remember(List.of(gtrid));
                }
            }
        }
    }

    @Override
    public void remember(Collection<Gtrid> done) {
        synchronized (rows) {
            for (Gtrid gtrid : done) {
                rows.computeIfPresent(
                        gtrid.toString(),
                        (key, row) -> row.isUnfinished() ? new Row(gtrid, row.decision, true, clock.instant()) : row);
            }
        }
    }

    @Override
    public List<DecisionRecord> unfinished(int cluster, @Nullable Gtrid after, int limit) {
        return unfinished(after, limit, gtrid -> gtrid.cluster() == cluster);
    }

    @Override
    public List<DecisionRecord> unfinishedOfAll(@Nullable Gtrid after, int limit) {
        return unfinished(after, limit, gtrid -> true);
    }

    private List<DecisionRecord> unfinished(@Nullable Gtrid after, int limit, Predicate<Gtrid> which) {
        synchronized (rows) {
            return (after == null ? rows : rows.tailMap(after.toString(), false))
                    .values().stream()
                            .filter(row -> which.test(row.gtrid))
                            .flatMap(row -> row.unfinished().stream())
                            .limit(limit)
                            .toList();
        }
    }

    @Override
    public Life register(int cluster, long node, Duration lease) {
        synchronized (rows) {
            Node key = new Node(cluster, node);
            Seen seen = nodes.get(key);
            int epoch = seen == null ? 1 : seen.epoch + 1;
            nodes.put(key, new Seen(epoch, clock.instant().plus(lease)));
            Life life = new Life(cluster, node, epoch);
            own.add(life);
            return life;
        }
    }

    @Override
    public boolean renew(Life life, Duration lease) {
        synchronized (rows) {
            Node key = new Node(life.cluster(), life.node());
            Seen seen = nodes.get(key);
            if (seen == null || seen.epoch != life.epoch()) {
                return false;
            }
            nodes.put(key, new Seen(seen.epoch, clock.instant().plus(lease)));
            return true;
        }
    }

    @Override
    public void leave(Life life) {
        renew(life, Duration.ZERO);
    }

    @Override
    public List<Life> living(int cluster) {
        synchronized (rows) {
            return nodes.entrySet().stream()
                    .filter(entry -> entry.getKey().cluster == cluster)
                    .filter(entry -> entry.getValue().until.isAfter(clock.instant()))
                    .map(entry -> new Life(cluster, entry.getKey().node, entry.getValue().epoch))
                    .toList();
        }
    }

    @Override
    public void heuristic(HeuristicRecord record) {
        synchronized (rows) {
            heuristics.putIfAbsent(new Finding(record.branch(), record.found()), record);
        }
    }

    @Override
    public List<HeuristicRecord> heuristics(int limit) {
        synchronized (rows) {
            return heuristics.values().stream()
                    .sorted(Comparator.comparing(HeuristicRecord::at).reversed())
                    .limit(limit)
                    .toList();
        }
    }

    @Override
    public void audit(Gtrid gtrid, String who, String what, String why, Instant at) {
        synchronized (rows) {
            orders.add(0, new Order(gtrid, who, what, why, at));
        }
    }

    @Override
    public List<Order> orders(int limit) {
        synchronized (rows) {
            return orders.stream().limit(limit).toList();
        }
    }

    @Override
    public int purge(Duration age, int limit) {
        synchronized (rows) {
            Instant before = clock.instant().minus(age);
            List<String> old = rows.entrySet().stream()
                    .filter(entry -> !entry.getValue().isUnfinished())
                    .filter(entry -> entry.getValue().at.isBefore(before))
                    .filter(entry -> !lives(Life.of(entry.getValue().gtrid)))
                    .map(Map.Entry::getKey)
                    .limit(limit)
                    .toList();
            old.forEach(rows::remove);
            return old.size();
        }
    }

    private boolean lives(Life life) {
        return living(life.cluster()).contains(life);
    }

    @Override
    public void close() {
        // nothing is gathered, nothing is held
    }

    /** @param decision with its list, also when it is ended; null for a tombstone */
    private record Row(Gtrid gtrid, @Nullable DecisionRecord decision, boolean ended, Instant at) {

        Verdict verdict() {
            return decision == null ? Verdict.ABORT : Verdict.COMMIT;
        }

        Verdict verdictOn(BranchXid branch) {
            return decision == null ? Verdict.ABORT : decision.verdictOn(branch);
        }

        boolean isUnfinished() {
            return decision != null && !ended;
        }

        Optional<DecisionRecord> unfinished() {
            return ended ? Optional.empty() : Optional.ofNullable(decision);
        }
    }

    private record Node(int cluster, long node) {}

    private record Seen(int epoch, Instant until) {}

    private record Finding(BranchXid branch, Ack.Found found) {}
}
