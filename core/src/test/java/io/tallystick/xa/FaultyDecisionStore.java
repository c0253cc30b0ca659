package io.tallystick.xa;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A decision store behind a {@link Wire}, which writes into a {@link XaBook} what became durable. */
final class FaultyDecisionStore implements DecisionStore {

    private static final Duration BUDGET = Duration.ofSeconds(3);

    private final DecisionStore store;
    private final Wire wire;
    private final XaBook book;
    private final Consumer<Runnable> lazily;

    FaultyDecisionStore(DecisionStore store, Wire wire, XaBook book, Consumer<Runnable> lazily) {
        this.store = store;
        this.wire = wire;
        this.book = book;
        this.lazily = lazily;
    }

    private <T> T call(String what, Supplier<T> server) {
        try {
            return wire.call(name() + ": " + what, BUDGET, server);
        } catch (Wire.Lost e) {
            if (e.refused) {
                throw new UnavailableException(name() + ": " + e.getMessage());
            }
            throw new UnknownOutcomeException(name() + ": " + e.getMessage());
        }
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Optional<Verdict> lookup(Gtrid gtrid) {
        return call("lookup", () -> store.lookup(gtrid));
    }

    @Override
    public Optional<Verdict> lookup(BranchXid branch) {
        return call("lookup of a branch", () -> store.lookup(branch));
    }

    @Override
    public Optional<DecisionRecord> decision(Gtrid gtrid) {
        return call("decision", () -> store.decision(gtrid));
    }

    @Override
    public Verdict commit(DecisionRecord decision) {
        return call("decide", () -> {
            Verdict verdict = store.commit(decision);
            if (verdict == Verdict.COMMIT) {
                book.decided(decision);
            }
            return verdict;
        });
    }

    @Override
    public Verdict abort(Gtrid gtrid) {
        return call("tombstone", () -> store.abort(gtrid));
    }

    @Override
    public void end(Collection<Gtrid> done) {
        done.forEach(book::finished);
        lazily.accept(() -> store.end(done));
    }

    @Override
    public void remember(Collection<Gtrid> done) {
        done.forEach(book::finished);
        lazily.accept(() -> store.remember(done));
    }

    @Override
    public List<DecisionRecord> unfinished(int cluster, @Nullable Gtrid after, int limit) {
        return call("unfinished", () -> store.unfinished(cluster, after, limit));
    }

    @Override
    public List<DecisionRecord> unfinishedOfAll(@Nullable Gtrid after, int limit) {
        return call("unfinished of all", () -> store.unfinishedOfAll(after, limit));
    }

    @Override
    public Life register(int cluster, long node, Duration lease) {
        return call("register", () -> store.register(cluster, node, lease));
    }

    @Override
    public boolean renew(Life life, Duration lease) {
        return call("renew", () -> store.renew(life, lease));
    }

    @Override
    public void leave(Life life) {
        call("leave", () -> {
            store.leave(life);
            return true;
        });
    }

    @Override
    public List<Life> living(int cluster) {
        return call("living", () -> store.living(cluster));
    }

    @Override
    public void heuristic(HeuristicRecord record) {
        call("evidence", () -> {
            store.heuristic(record);
            return true;
        });
    }

    @Override
    public List<HeuristicRecord> heuristics(int limit) {
        return store.heuristics(limit);
    }

    @Override
    public void audit(Gtrid gtrid, String who, String what, String why, Instant at) {
        store.audit(gtrid, who, what, why, at);
    }

    @Override
    public List<Order> orders(int limit) {
        return store.orders(limit);
    }

    @Override
    public int purge(Duration age, int limit) {
        return call("purge", () -> store.purge(age, limit));
    }

    @Override
    public void close() {}
}
