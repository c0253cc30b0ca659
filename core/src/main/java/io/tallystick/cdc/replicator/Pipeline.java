package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.DatabaseIdentity;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Jdbc;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Carries what one source commits to any number of targets, each source transaction exactly once to each. One thread reads, one
 * thread for each target applies. Start it once; {@link #close()} ends it after the groups in work. Thread-safe.
 *
 * <p>What it needs at the targets are the tables of schema component {@code cdc}.
 */
public final class Pipeline implements AutoCloseable {

    private final String name;
    private final ChangeSource source;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final SourceLoop reader;
    private final Set<TableName> tables;
    private final Set<TableName> copied;
    private final CdcRuntime runtime = CdcRuntime.real();
    private volatile ResyncOrder resync = ResyncOrder.NONE;
    private volatile Duration mostIdle = Duration.ofSeconds(30);
    /** Who holds the lease; null where there is none. */
    private volatile @Nullable String runner;

    private final List<Thread> threads = new ArrayList<>();

    private Pipeline(
            String name,
            ChangeSource source,
            Set<TableName> tables,
            List<ReplicatedTarget> targets,
            PipelineSettings settings,
            @Nullable PieceSpool spool) {
        this.name = name;
        this.source = source;
        this.tables = tables;
        this.copied = settings.copyFirst() ? tables : Set.of();
        Upstream upstream = new Side();
        List<Flow> flows = new ArrayList<>();
        for (ReplicatedTarget target : targets) {
            PieceQueue queue = new PieceQueue(settings.queueBytes());
            TargetProgress progress = new TargetProgress(target.name());
            flows.add(new Flow(queue, progress));
            lanes.put(
                    target.name(),
                    new Lane(queue, progress, new TargetLoop(target, upstream, queue, settings, progress)));
        }
        this.reader = new SourceLoop(source, tables, flows, settings, runtime, spool);
    }

    /**
     * A pipeline that is not started yet.
     *
     * @param name unique among the pipelines of a target and never changed: under it stands the position
     * @param source closed by the caller
     * @param tables of the source, those that any target's mapping wants
     */
    public static Pipeline of(
            String name,
            ChangeSource source,
            Set<TableName> tables,
            List<ReplicatedTarget> targets,
            PipelineSettings settings) {
        return of(name, source, tables, targets, settings, null);
    }

    /**
     * A pipeline whose targets need not wait for each other, nor the source's log for them.
     *
     * @param spool where changes wait for a target that cannot take them; closed by the caller after the pipeline. Null for none
     * @see #of(String, ChangeSource, Set, List, PipelineSettings)
     */
    public static Pipeline of(
            String name,
            ChangeSource source,
            Set<TableName> tables,
            List<ReplicatedTarget> targets,
            PipelineSettings settings,
            @Nullable PieceSpool spool) {
        if (targets.isEmpty() || tables.isEmpty()) {
            throw new IllegalArgumentException("pipeline " + name + " has " + tables.size() + " tables and "
                    + targets.size() + " targets; expected at least one of each");
        }
        if (targets.stream().map(ReplicatedTarget::name).distinct().count() != targets.size()) {
            throw new IllegalArgumentException("pipeline " + name + " has two targets of one name");
        }
        return new Pipeline(name, source, Set.copyOf(tables), List.copyOf(targets), settings, spool);
    }

    /** To be called before the start: targets that have not begun this resync begin it when they are claimed. */
    void resync(ResyncOrder order) {
        resync = order;
    }

    /**
     * To be called before the start: a target's server ends a session of this pipeline that says nothing for so long in the middle of a
     * transaction, so that whoever takes over need not wait longer. 30 s otherwise.
     */
    void endsIdleAfter(Duration longest) {
        mostIdle = longest;
    }

    /** To be called before the start by who holds the lease: what a runner before left standing at a target is ended at each claim. */
    void runBy(String holder) {
        runner = holder;
    }

    /** What was lost to the log; null while nothing is known to be. */
    @Nullable
    GapException gap() {
        return reader.gap();
    }

    /** What is being copied, for each target. */
    Map<String, Map<TableName, LoadState>> loads() {
        Map<String, Map<TableName, LoadState>> loads = new LinkedHashMap<>();
        lanes.forEach((target, lane) -> loads.put(target, lane.progress.loads()));
        return loads;
    }

    /** Whether a target still copies tables. */
    boolean isCopying() {
        return lanes.values().stream().anyMatch(lane -> !lane.progress.loads().isEmpty());
    }

    /** Begins to read and to apply. Returns at once; {@link #status()} tells the rest. */
    public synchronized void start() {
        if (!threads.isEmpty()) {
            throw new IllegalStateException("pipeline " + name + " was started already");
        }
        threads.add(CdcRuntime.thread("tally-cdc-" + name + "-source", reader));
        threads.add(CdcRuntime.thread("tally-cdc-" + name + "-copy", reader.copying()));
        lanes.forEach((target, lane) -> threads.add(CdcRuntime.thread("tally-cdc-" + name + "-" + target, lane.loop)));
    }

    /** How it stands now. */
    public PipelineStatus status() {
        SourceLoop.Standing reading = reader.standing();
        return new PipelineStatus(
                name,
                reading.state(),
                reading.reason() == null ? reader.copying().trouble() : reading.reason(),
                reader.lagBytes(),
                lanes.values().stream()
                        .map(lane -> lane.progress.status().withQueue(lane.queue.bytes()))
                        .toList(),
                reader.overflow().status());
    }

    /** Ends the threads; waits for the groups in work, at most ten seconds. The source keeps its log for this pipeline. */
    @Override
    public void close() {
        ends(Duration.ofSeconds(10));
    }

    /**
     * Tells the threads to end after the groups in work, and waits for that.
     *
     * @param longest how long at most, for all of them
     * @return false when one still works, and may still write to a target or to the spool
     */
    synchronized boolean ends(Duration longest) {
        reader.stop();
        lanes.values().forEach(lane -> {
            lane.loop.stop();
            lane.queue.end();
        });
        Instant until = runtime.clock().instant().plus(longest);
        try {
            for (Thread thread : threads) {
                Duration left = Duration.between(runtime.clock().instant(), until);
                thread.join(Math.max(1, left.toMillis()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return threads.stream().noneMatch(Thread::isAlive);
    }

    private record Mark(String pipeline, DatabaseIdentity source) {}

    private record Lane(PieceQueue queue, TargetProgress progress, TargetLoop loop) {}

    /** What the targets' loops see of this pipeline. */
    private final class Side implements Upstream {

        /** A source may turn into another one, when its standby takes over. */
        private final Map<Mark, String> origins = new ConcurrentHashMap<>();

        @Override
        public String pipelineAt(ReplicatedTarget target) {
            return name + "/" + target.name();
        }

        @Override
        public String originAt(ReplicatedTarget target) {
            return origins.computeIfAbsent(
                    new Mark(pipelineAt(target), source.readFrom()),
                    mark -> Origin.of(mark.pipeline(), mark.source(), tables).text());
        }

        @Override
        public TargetSession claim(ReplicatedTarget target) throws InterruptedException {
            Position first = firstPosition();
            String holder = runner;
            if (holder != null) {
                new FrozenSessions(pipelineAt(target), holder).end(Jdbc.on(target.dataSource(), target.dialect()));
            }
            TargetSession session =
                    TargetSession.claim(target.dataSource(), target.dialect(), pipelineAt(target), mostIdle);
            try {
                agree(target, session, first);
                return session;
            } catch (RuntimeException e) {
                session.close();
                throw e;
            }
        }

        private void agree(ReplicatedTarget target, TargetSession session, Position first) {
            if (resync.prepare(session, pipelineAt(target))) {
                session.restart(first);
            }
            Position position = session.position();
            LoadRows loads = new LoadRows(session.tx(), pipelineAt(target));
            if (position == null) {
                loads.order(copied);
                session.begin(first);
                position = first;
            } else if (loads.follow(tables, copied)) {
                session.commit(position);
            }
            reader.joined(target.name(), position);
        }

        private Position firstPosition() throws InterruptedException {
            while (true) {
                try {
                    return reader.first().get(1, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    continue; // the source is away; the reader tells why
                } catch (CancellationException e) {
                    throw new InterruptedException("the pipeline ends before its source was reached");
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public boolean covers(Position position, Position other) {
            return source.covers(position, other);
        }

        @Override
        public void readAgain(String why) {
            reader.readAgain(why);
        }

        @Override
        public void fenced(FencedException why) {
            reader.stopAs(PipelineStatus.State.FENCED, String.valueOf(why.getMessage()));
            lanes.values().forEach(lane -> lane.loop.stop());
        }

        @Override
        public CdcRuntime runtime() {
            return runtime;
        }
    }
}
