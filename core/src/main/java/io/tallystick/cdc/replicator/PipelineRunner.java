package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.PipelineBoard.Entry;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link Pipeline} as operators expect: where several processes run the same one, the first to hold its lease works and the
 * others stand by; what people order at the targets (pause, resume, resync) is followed within a second; and it outlives what ends a
 * pipeline. The lease is for order, not for safety: who may write is decided by the epochs of the positions. Start it once; owns one
 * thread for itself and one for each target. Thread-safe.
 */
public final class PipelineRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineRunner.class);
    private static final Duration TICK = Duration.ofMillis(100);
    /** After so long the keepers have looked again who holds the lease. */
    private static final Duration FENCED_FOR = Duration.ofSeconds(2);
    /** So long each look takes at most whether the threads of a pipeline have ended; then orders and the end are looked at again. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** A session is not ended for a pause of the JVM, however short the lease. */
    private static final Duration LEAST_IDLE = Duration.ofSeconds(5);

    private final Plan plan;
    private final CdcRuntime runtime = CdcRuntime.real();
    private final String runner = RunnerName.of(runtime.random());
    private final GapPolicy policy;
    /** After so long somebody else runs the pipeline; what this one has open at the targets then is only in the way. */
    private final Duration mostIdle;

    private final Measuring measuring;
    private final LeaseKeepers keepers;
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);

    private final ActivePipeline active;
    private volatile Phase phase = new Phase(PipelineStatus.State.STARTING, null);
    private PipelineOrders followed = PipelineOrders.NONE;
    private PipelineOrders begunWith = PipelineOrders.NONE;
    /** Whether the last reading has ended by a gap that nobody has mended. */
    private boolean stuck;
    /** As what it is to rest, as long as a thread of the last reading still works; null when none does. */
    private @Nullable Phase resting;

    private @Nullable Instant fencedAt;
    private Instant notBefore = Instant.EPOCH;
    private int failures;

    /**
     * What is to be run.
     *
     * @param name unique among the pipelines of a target and never changed
     * @param source closed by the caller
     * @param targets in the order in which runners agree on who runs
     * @param spool opens what changes wait in for a target that is away, whenever it begins to run; gives null for none
     */
    public record Plan(
            String name,
            ChangeSource source,
            Set<TableName> tables,
            List<ReplicatedTarget> targets,
            PipelineSettings settings,
            Supplier<@Nullable PieceSpool> spool) {

        public Plan {
            tables = Set.copyOf(tables);
            targets = List.copyOf(targets);
        }
    }

    private PipelineRunner(Plan plan, RunnerSettings settings) {
        this.plan = plan;
        this.active = new ActivePipeline(plan);
        this.policy = new GapPolicy(settings.onGap());
        this.mostIdle = settings.lease().compareTo(LEAST_IDLE) < 0 ? LEAST_IDLE : settings.lease();
        this.measuring = new Measuring(plan.name(), plan.source());
        this.keepers = new LeaseKeepers(
                plan.name(), plan.targets(), new LeaseKeeper.Terms(runner, settings.lease(), runtime), measuring::told);
    }

    /** A runner that is not started yet. */
    public static PipelineRunner of(Plan plan, RunnerSettings settings) {
        return new PipelineRunner(plan, settings);
    }

    /** Begins to run or to stand by. Returns at once; {@link #status()} tells the rest. */
    public synchronized void start() {
        if (!threads.isEmpty()) {
            throw new IllegalStateException("pipeline " + plan.name() + " was started already");
        }
        keepers.all()
                .forEach(keeper ->
                        threads.add(CdcRuntime.thread("tally-cdc-" + plan.name() + "-at-" + keeper.target(), keeper)));
        threads.add(CdcRuntime.thread("tally-cdc-" + plan.name() + "-watch", measuring.watch()));
        threads.add(CdcRuntime.thread("tally-cdc-" + plan.name() + "-runner", this::run));
    }

    /** By what name it stands at the targets. */
    public String runner() {
        return runner;
    }

    /** How it stands now. */
    public PipelineStatus status() {
        Phase now = phase;
        Pipeline running = active.pipeline();
        PipelineStatus status = running == null
                ? PipelineStatus.resting(
                        plan.name(),
                        plan.targets().stream().map(ReplicatedTarget::name).toList())
                : running.status();
        if (now.state != PipelineStatus.State.RUNNING) {
            return status.as(now.state, now.reason);
        }
        // what comes of a gap, or of a claim of somebody else, is not decided yet
        boolean undecided =
                status.state() == PipelineStatus.State.NEEDS_RESYNC || status.state() == PipelineStatus.State.FENCED;
        return undecided ? status.as(PipelineStatus.State.STARTING, status.reason()) : status;
    }

    /** What it measured last; of a runner that stands by, nothing. */
    public PipelineLive live() {
        return measuring.live();
    }

    /** Ends it after the groups in work, at most some seconds, and lets another runner take over at once. */
    @Override
    public synchronized void close() {
        if (!ends(Duration.ofSeconds(20))) {
            LOG.warn(
                    "pipeline {} ends, but a group in work is not done: the lease is not given back but runs out, and the spool"
                            + " stays locked until this process has ended",
                    plan.name());
        }
    }

    /** The same for a time of one's own; false when a thread still works that may write to a target or to the spool. */
    synchronized boolean ends(Duration longest) {
        end.countDown();
        if (threads.isEmpty()) {
            return true;
        }
        Thread last = threads.get(threads.size() - 1);
        try {
            last.join(Math.max(1, longest.toMillis()));
            measuring.watch().stop();
            // the lease is given back when nothing is written any more
            keepers.stop(!last.isAlive());
            for (Thread thread : threads.subList(0, threads.size() - 1)) {
                thread.join(Duration.ofSeconds(5).toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !last.isAlive();
    }

    private void run() {
        try {
            do {
                tick();
                measuring.look(
                        status(),
                        active.pipeline(),
                        followed.paused(),
                        runtime.clock().instant());
            } while (!CdcRuntime.waitOr(end, TICK));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Phase last =
                    phase.state == PipelineStatus.State.FENCED ? phase : new Phase(PipelineStatus.State.STOPPED, null);
            rest(last);
            while (resting != null && !Thread.currentThread().isInterrupted()) {
                rest(last);
            }
        }
    }

    private void tick() {
        if (runtime.clock().instant().isBefore(notBefore)) {
            return;
        }
        try {
            if (resting != null) {
                rest(resting);
            }
            if (resting == null) {
                act();
            }
            failures = 0;
        } catch (RuntimeException e) {
            notBefore = runtime.clock().instant().plus(runtime.pause(plan.settings(), failures++));
            LOG.warn("pipeline {} cannot follow its orders now, trying again: {}", plan.name(), e.getMessage());
            boolean ofSpool = e instanceof NoSpoolException;
            tell(new Phase(
                    ofSpool ? PipelineStatus.State.HELD_UP : PipelineStatus.State.SOURCE_AWAY,
                    String.valueOf(e.getMessage())));
        }
    }

    private void act() {
        Entry entry = keepers.deciding();
        if (entry == null) {
            // nobody can be asked: who runs goes on, for the epochs of the positions keep two from writing
            if (active.pipeline() == null) {
                tell(new Phase(PipelineStatus.State.STARTING, keepers.silence()));
            }
        } else if (entry.isHeldBy(runner)) {
            lead();
        } else if (entry.leased()) {
            stuck = false;
            rest(new Phase(
                    PipelineStatus.State.STANDING_BY, "run by " + entry.runner() + " since " + entry.runnerSince()));
        }
    }

    private void lead() {
        PipelineOrders orders = keepers.orders(followed);
        followed = orders;
        Order pause = orders.paused();
        if (pause != null) {
            rest(new Phase(
                    PipelineStatus.State.PAUSED, "since " + pause.at() + " by " + pause.who() + ": " + pause.why()));
            return;
        }
        if (active.pipeline() != null && orders.resyncs() > begunWith.resyncs()) {
            rest(new Phase(PipelineStatus.State.STARTING, "a resync was ordered"));
            if (resting != null) {
                return;
            }
        }
        if (active.pipeline() == null && (!stuck || orders.resyncs() > begunWith.resyncs())) {
            begin(orders);
        }
        watch(orders);
    }

    private void begin(PipelineOrders orders) {
        if (!keepers.stillHeldBy(runner)) {
            // this process stood still meanwhile: neither the source nor the spool is touched
            return;
        }
        LOG.info("pipeline {} is run by {} (orders up to {})", plan.name(), runner, orders.number());
        active.openSpool();
        ResyncOrder resync = new ResyncOrder(orders.resyncs(), plan.tables());
        if (keepers.isBegunNowhere(resync)) {
            Position position = active.readAnew();
            LOG.warn(
                    "pipeline {} is resynced: its tables are copied anew, reading begins at {}", plan.name(), position);
        }
        active.begin(resync, runner, mostIdle);
        begunWith = orders;
        stuck = false;
        fencedAt = null;
        tell(new Phase(PipelineStatus.State.RUNNING, null));
    }

    private void watch(PipelineOrders orders) {
        Pipeline running = active.pipeline();
        if (running == null) {
            return;
        }
        GapException lost = running.gap();
        if (lost != null) {
            lost(lost, running, orders);
            return;
        }
        PipelineStatus status = running.status();
        if (status.state() == PipelineStatus.State.FENCED) {
            fenced(status);
        } else {
            if (status.state() == PipelineStatus.State.RUNNING) {
                keepers.noteMended();
            }
            tell(new Phase(PipelineStatus.State.RUNNING, null));
        }
    }

    /** By the policy of the file, or as a person orders. */
    private void lost(GapException lost, Pipeline running, PipelineOrders orders) {
        Instant now = runtime.clock().instant();
        String hindrance = policy.hindrance(lost, orders.resync(), running.isCopying(), now);
        String why = running.status().reason() + hindrance;
        if (hindrance.isEmpty()) {
            LOG.error("pipeline {} resyncs by itself (on_gap: resync), because {}", plan.name(), why);
            rest(new Phase(PipelineStatus.State.STARTING, "resyncs by itself: " + why));
            Order order = new Order(GapPolicy.AUTOMATIC, why, now);
            // noted first: nothing of the log is worth keeping then for a target that is away
            keepers.noteGap(why);
            followed = keepers.give(NewOrder.resync(order), orders);
        } else {
            stuck = true;
            rest(new Phase(PipelineStatus.State.NEEDS_RESYNC, why));
            keepers.noteGap(why);
        }
    }

    /** Whoever shut this one out holds the lease by now; if nobody does, it was somebody who knows no lease. */
    private void fenced(PipelineStatus status) {
        Instant now = runtime.clock().instant();
        Instant since = fencedAt == null ? now : fencedAt;
        fencedAt = since;
        if (now.isAfter(since.plus(FENCED_FOR))) {
            rest(new Phase(PipelineStatus.State.FENCED, status.reason()));
            end.countDown();
        }
    }

    /** Ends what runs. As long as a thread of it works, it is looked at again with the next tick, and nothing else is begun. */
    private void rest(Phase why) {
        if (!active.ends(PATIENCE)) {
            resting = why;
            tell(new Phase(
                    PipelineStatus.State.ENDING,
                    "a group in work is not done; then " + why.state + (why.reason == null ? "" : ": " + why.reason)));
            return;
        }
        resting = null;
        tell(why);
    }

    private void tell(Phase next) {
        Phase last = phase;
        phase = next;
        if (last.state != next.state && next.state != PipelineStatus.State.RUNNING) {
            String reason = next.reason == null ? "" : ": " + next.reason;
            LOG.info("pipeline {} is {}{}", plan.name(), next.state, reason);
        }
        if (!last.equals(next)) {
            keepers.renewSoon();
        }
    }

    private record Phase(
            PipelineStatus.State state, @Nullable String reason) {}
}
