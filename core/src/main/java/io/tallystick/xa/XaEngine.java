package io.tallystick.xa;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two-phase commit for one process: a library, no server in the path. Thread-safe; close it to end its thread orderly.
 *
 * <pre>{@code
 * try (XaEngine xa = XaEngine.named("shop")
 *         .resource(orders).resource(stock)                 // BranchDriver
 *         .decisions(JdbcDecisionStore…)                    // usually in one of those two databases
 *         .open()) {
 *     xa.call(() -> { … xa.dataSource("orders") … xa.dataSource("stock") … });
 * }
 * }</pre>
 */
public final class XaEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(XaEngine.class);
    private static final Duration TICK = Duration.ofMillis(50);

    private final Site site;
    private final Recovery recovery;
    private final ThreadLocal<@Nullable XaTransaction> current = new ThreadLocal<>();
    private final Map<Long, XaTransaction> active = new ConcurrentHashMap<>();
    private final AtomicLong begun = new AtomicLong();
    private final Thread thread;
    private Instant lastTick = Instant.MIN;
    private volatile boolean closing;
    private volatile boolean closed;

    XaEngine(Site site, RemoteDecisions elsewhere, Map<String, InDoubtPolicy> policies, String service) {
        this.site = site;
        this.recovery = new Recovery(site, elsewhere, policies);
        this.thread = XaRuntime.daemon(this::run, "tally-xa-recovery-" + service);
    }

    /** Begins to describe an engine of this service; all replicas of the service use the same name. */
    public static XaEngineBuilder named(String service) {
        return new XaEngineBuilder(service);
    }

    XaEngine start() {
        site.homes().beat();
        thread.start();
        return this;
    }

    // ---- transactions

    /** Begins a transaction with the engine's time-out; it is not bound to the thread. */
    public XaTransaction begin() {
        return begin(site.settings().timeout());
    }

    /**
     * Begins a transaction that is rolled back when it is not decided within the time-out.
     *
     * @throws UnavailableException when the engine is being closed
     */
    public XaTransaction begin(Duration timeout) {
        return begun(Coordination.begin(site), site.clock().instant().plus(timeout), null);
    }

    /** Begins the part of a transaction whose coordinator is elsewhere: it ends with {@link XaTransaction#handOver}. */
    public XaTransaction beginFor(Gtrid gtrid, Instant deadline) {
        return beginFor(gtrid, deadline, null);
    }

    /**
     * As {@link #beginFor(Gtrid, Instant)}, for a transaction that has prepared branches here already.
     *
     * @param lockWait longest wait for a row lock: who waits for a branch of the same transaction waits in vain; null for the usual one
     */
    public XaTransaction beginFor(Gtrid gtrid, Instant deadline, @Nullable Duration lockWait) {
        return begun(Coordination.subordinate(site, gtrid), deadline, lockWait);
    }

    private XaTransaction begun(Coordination coordination, Instant deadline, @Nullable Duration lockWait) {
        if (closing) {
            throw new UnavailableException("the engine is being closed: no new transaction is begun");
        }
        XaTransaction transaction = new XaTransaction(site, coordination, deadline, lockWait);
        long number = begun.incrementAndGet();
        active.put(number, transaction);
        var unused = coordination.hearing().answer().whenComplete((answer, never) -> {
            active.remove(number);
            if (coordination.watch() != null) {
                coordination.watch().ended(answer.outcome(), coordination.phase() == XaPhase.HANDED_OVER);
            }
        });
        return transaction;
    }

    /** The transaction of this thread. */
    public Optional<XaTransaction> current() {
        return Optional.ofNullable(current.get());
    }

    /** Binds a transaction to this thread, or none; returns what was bound before. */
    public Optional<XaTransaction> bind(@Nullable XaTransaction transaction) {
        XaTransaction before = current.get();
        if (transaction == null) {
            current.remove();
        } else {
            current.set(transaction);
        }
        return Optional.ofNullable(before);
    }

    /**
     * Runs the work in the thread's transaction, or in a new one that is committed after it and rolled back when it throws.
     *
     * @throws RolledBackException and others as {@link XaTransaction#commit}
     * @throws Exception what the work throws
     */
    public <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        if (current.get() != null) {
            return work.call();
        }
        XaTransaction transaction = begin();
        current.set(transaction);
        T result;
        try {
            result = work.call();
        } catch (Throwable e) {
            current.remove();
            rollbackAfter(transaction, e);
            throw e;
        }
        try {
            transaction.commit();
        } finally {
            current.remove();
        }
        return result;
    }

    private static void rollbackAfter(XaTransaction transaction, Throwable cause) {
        try {
            transaction.rollback();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Connections of this resource: within the thread's transaction its branch, outside of one a plain connection in autocommit mode.
     *
     * @throws RejectedException when the resource is not configured or no JDBC database
     */
    public DataSource dataSource(String resource) {
        BranchDriver driver = site.driver(resource);
        if (driver instanceof JdbcBranchDriver jdbc) {
            return new TransactionalDataSource(this, jdbc);
        }
        throw new RejectedException("resource '" + resource + "' is no JDBC database: it has no connections");
    }

    // ---- what is in doubt

    /**
     * What is durable about a transaction of this engine's service: empty while it is undecided, or when nothing is known of it any more.
     *
     * @throws RejectedException when its decision store is not configured here
     */
    public Optional<Verdict> outcome(Gtrid gtrid) {
        return home(gtrid).lookup(gtrid);
    }

    /**
     * What shall become of a branch, on behalf of the service that holds it: a tombstone is written unless the transaction is still active
     * here or has been decided. A branch that the decision does not list is to be rolled back: the answer to its call was lost.
     *
     * @return empty while the transaction is active, and for ever where a release before this one has ended the decision without its list
     * @throws RejectedException when another service coordinates it, or its decision store is not configured here: nothing was written
     */
    public Optional<Verdict> decideFor(BranchXid branch) {
        Gtrid gtrid = branch.gtrid();
        if (!site.homes().ours(gtrid)) {
            // a store of the same name may be here, and a tombstone in it would be a wrong answer
            throw new RejectedException("transaction " + gtrid
                    + " is coordinated by another service: ask that one; compare the addresses of the peers");
        }
        DecisionStore home = home(gtrid);
        Optional<Verdict> durable = home.lookup(branch);
        if (durable.isPresent()) {
            return durable;
        }
        if (recovery.mayBeActive(gtrid, home)) {
            return Optional.empty();
        }
        // a decision written meanwhile is not known with its branches yet: the next question finds it
        return home.abort(gtrid) == Verdict.ABORT ? Optional.of(Verdict.ABORT) : Optional.empty();
    }

    /**
     * Ends a prepared branch of a transaction that is coordinated elsewhere. Idempotent: one that is not there any more has ended, unless its
     * resource knows otherwise, or is another database than the one that prepared it.
     *
     * @param branch its hint and its incarnation as of its vote, where they are known
     * @throws RejectedException when the resource is not configured here, or the transaction is this service's own
     */
    public Ack finish(DecisionRecord.Voted branch, Verdict verdict) {
        if (site.homes().ours(branch.xid().gtrid())) {
            throw new RejectedException("branch " + branch.xid()
                    + " is of a transaction that is coordinated here: nobody else decides about it");
        }
        return site.finishForOthers(branch, verdict);
    }

    private DecisionStore home(Gtrid gtrid) {
        return site.homes()
                .of(gtrid)
                .orElseThrow(() -> new RejectedException("transaction " + gtrid
                        + " was decided in a store that is not configured here; it has hash " + gtrid.home()));
    }

    /** Prepared branches in the resources, as the last scans saw them, and decisions not yet acknowledged. */
    public List<InDoubt> inDoubt() {
        List<InDoubt> all = new ArrayList<>();
        recovery.lastSeen()
                .forEach((resource, branches) -> branches.forEach(branch -> all.add(new InDoubt(
                        branch.xid(),
                        resource,
                        recovery.firstSeen(branch.xid()).orElse(null),
                        site.inFlight(branch.xid().gtrid())))));
        return all;
    }

    /** Evidence of branches that ended otherwise than decided, from all decision stores. */
    public List<HeuristicRecord> heuristics(int limit) {
        return site.homes().all().stream()
                .flatMap(home -> home.heuristics(limit).stream())
                .limit(limit)
                .toList();
    }

    /** What is wrong with the resources' settings. */
    public List<Finding> examine() {
        return site.drivers().stream()
                .flatMap(driver -> driver.examine().stream())
                .toList();
    }

    /**
     * A prepared branch.
     *
     * @param since when it was prepared, or first seen where the resource does not say
     * @param inFlight this engine is working on it
     */
    public record InDoubt(
            BranchXid xid, String resource, @Nullable Instant since, boolean inFlight) {}

    /** The clock by which deadlines are measured. */
    public InstantSource clock() {
        return site.clock();
    }

    Site site() {
        return site;
    }

    Recovery recovery() {
        return recovery;
    }

    // ---- the thread

    private void run() {
        while (!closed) {
            try {
                tick();
            } catch (RuntimeException | Error e) {
                LOG.error("recovery goes on after an unexpected failure", e);
            }
            LockSupport.parkNanos(TICK.toNanos());
        }
    }

    /** One round: time-outs and recovery. Called by the engine's thread, or by a simulation. */
    void tick() {
        Instant now = site.clock().instant();
        if (now.isBefore(lastTick)) {
            Duration back = Duration.between(now, lastTick);
            active.values().forEach(transaction -> transaction.clockWentBack(back));
        }
        lastTick = now;
        for (XaTransaction transaction : active.values()) {
            if (transaction.deadline().isBefore(now) && !transaction.hasEnded()) {
                site.work(transaction::timeOut);
            }
        }
        recovery.poll(now);
    }

    /** Lets the active transactions end, at most for the engine's time-out, says good-bye to its peers, and closes its resources. */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        Instant until = site.clock().instant().plus(site.settings().timeout());
        while (!active.isEmpty() && site.clock().instant().isBefore(until)) {
            LockSupport.parkNanos(TICK.toNanos() / 10);
        }
        active.values().forEach(XaTransaction::timeOut);
        closed = true;
        LockSupport.unpark(thread);
        site.homes().leave();
        site.workers().shutdown();
        site.drivers().forEach(BranchDriver::close);
        site.homes().all().forEach(DecisionStore::close);
    }
}
