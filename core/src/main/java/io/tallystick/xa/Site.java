package io.tallystick.xa;

import io.tallystick.jdbc.RejectedException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What all transactions of one engine share: its resources, its decision stores, and who is in flight. Thread-safe. */
final class Site {

    /** Of evidence: more than policies and people leave between an outage and its end. */
    private static final int LATEST = 10_000;

    private final Map<String, BranchDriver> drivers;
    private final Set<Integer> hashes;
    private final Function<String, @Nullable BranchDriver> elsewhere;
    private final Homes homes;
    private final XaSettings settings;
    private final XaRuntime runtime;
    private final Meters meters;
    private final XaIds ids;
    private final Backlog backlog;
    private final Kept kept;
    private final CommittedForOthers committedForOthers = new CommittedForOthers();
    private final Map<String, ResourceHealth> health = new ConcurrentHashMap<>();
    private final Map<Gtrid, Coordination> inFlight = new ConcurrentHashMap<>();

    Site(Reach reach, Homes homes, XaSettings settings, XaRuntime runtime, XaMetrics metrics) {
        // in the order of the configuration, the same on each run
        this.drivers = Collections.unmodifiableMap(new LinkedHashMap<>(reach.here()));
        this.hashes = drivers.keySet().stream().map(Gtrid::hash).collect(java.util.stream.Collectors.toSet());
        this.elsewhere = reach.elsewhere();
        this.homes = homes;
        this.settings = settings;
        this.runtime = runtime;
        this.meters = new Meters(metrics, runtime.clock());
        this.ids = new XaIds(homes, runtime.clock(), runtime.random());
        this.backlog = new Backlog(this);
        this.kept = new Kept(runtime.workers(), runtime.patience());
    }

    /**
     * @throws RejectedException when no such resource is configured: what concerns it is held
     */
    BranchDriver driver(String resource) {
        BranchDriver driver = drivers.get(resource);
        if (driver == null) {
            driver = elsewhere.apply(resource);
        }
        if (driver == null) {
            throw new RejectedException("resource '" + resource + "' is not configured here; configured are "
                    + drivers.keySet() + ". Add it to the engine's resources, or resolve its branches: tally tx list");
        }
        return driver;
    }

    /** Whether a branch that bears this hash of a name belongs to a configured resource. */
    boolean knows(int resource) {
        return hashes.contains(resource);
    }

    Collection<BranchDriver> drivers() {
        return drivers.values();
    }

    String incarnation(String resource) {
        BranchDriver driver = drivers.get(resource);
        return driver == null ? "" : driver.incarnation();
    }

    ResourceHealth health(String resource) {
        ResourceHealth known = health.get(resource);
        return known != null ? known : health.computeIfAbsent(resource, ResourceHealth::new);
    }

    Homes homes() {
        return homes;
    }

    XaIds ids() {
        return ids;
    }

    XaSettings settings() {
        return settings;
    }

    InstantSource clock() {
        return runtime.clock();
    }

    XaRuntime.Patience patience() {
        return runtime.patience();
    }

    ExecutorService workers() {
        return runtime.workers();
    }

    /** Done by a worker, or by the caller when no thread is to be had: what is not done at all would hold its branches for ever. */
    void work(Runnable task) {
        AtomicBoolean begun = new AtomicBoolean();
        try {
            workers().execute(() -> {
                begun.set(true);
                task.run();
            });
        } catch (OutOfMemoryError e) {
            if (begun.get()) {
                throw e;
            }
            task.run();
        }
    }

    Meters meters() {
        return meters;
    }

    Backlog backlog() {
        return backlog;
    }

    Kept kept() {
        return kept;
    }

    /**
     * Tells a branch its end, by its name.
     *
     * @throws RejectedException when no such resource is configured and nothing here holds the branch
     */
    Ack finish(DecisionRecord.Voted branch, boolean commit, Duration budget) {
        return kept.finish(commit, branch.xid(), budget, () -> {
            BranchDriver driver = driver(branch.resource());
            return commit
                    ? driver.commit(branch.xid(), branch.hint(), budget)
                    : driver.rollback(branch.xid(), branch.hint(), budget);
        });
    }

    /** Tells a branch the end of a transaction that is coordinated elsewhere. */
    Ack finishForOthers(DecisionRecord.Voted branch, Verdict verdict) {
        BranchDriver driver = driver(branch.resource());
        boolean commit = verdict == Verdict.COMMIT;
        Ack ack = finish(branch, commit, settings.prepareBudget());
        if (commit && ack instanceof Ack.Done) {
            committedForOthers.add(branch.xid(), driver.incarnation());
        }
        if (!(ack instanceof Ack.Absent)) {
            return ack;
        }
        return commit && committedForOthers.contains(branch.xid(), driver.incarnation())
                ? new Ack.Done()
                : endedHere(branch.xid()).orElseGet(() -> Absence.judged(driver, branch, verdict));
    }

    /** A policy or a person may have ended it here, and that is known also where its resource cannot tell. */
    private Optional<Ack> endedHere(BranchXid branch) {
        return homes.all().stream()
                .flatMap(home -> home.heuristics(LATEST).stream())
                .filter(record -> record.branch().equals(branch))
                .findFirst()
                .map(record -> new Ack.Heuristic(record.found(), record.evidence()));
    }

    /** It has its id now: a scan must not take its branches for left behind. */
    void named(Gtrid gtrid, Coordination coordination) {
        inFlight.put(gtrid, coordination);
    }

    /** Takes over a transaction, unless somebody here has it already. */
    boolean adopt(Gtrid gtrid, Coordination coordination) {
        return inFlight.putIfAbsent(gtrid, coordination) == null;
    }

    boolean inFlight(Gtrid gtrid) {
        return inFlight.containsKey(gtrid);
    }

    Collection<Coordination> all() {
        return inFlight.values();
    }

    void finished(Coordination coordination) {
        Gtrid gtrid = coordination.gtrid();
        if (gtrid != null) {
            // a part of a transaction of this very engine, called as another service, bears the same id
            inFlight.remove(gtrid, coordination);
        }
    }
}
