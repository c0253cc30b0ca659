package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.LogOpening;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the source's log once for all targets, from where the target that is furthest behind stands, and tells the source what is
 * durable at all of them. Whatever goes wrong, it begins anew from there: what a target has applied already it passes over. Owns one
 * thread.
 */
final class SourceLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceLoop.class);
    private static final Duration POLL = Duration.ofMillis(100);
    /** Pieces that are at hand are taken one after the other before anything else is looked at: a millisecond's worth. */
    private static final int MOST_IN_FLOW = 256;

    private static final Duration ROOM = Duration.ofMillis(200);
    /** How long the reading waits when it begins first for targets that do not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    /** So long the source's connections are held for targets that may answer any moment. */
    private static final Duration HELD = Duration.ofSeconds(1);
    /** How soon it is noticed that nobody will answer any more. */
    private static final Duration TICK = Duration.ofMillis(20);

    private final ChangeSource source;
    private final Set<TableName> tables;
    private final List<Flow> flows;
    private final PipelineSettings settings;
    private final CdcRuntime runtime;
    private final CountDownLatch end = new CountDownLatch(1);
    private final CompletableFuture<Position> first = new CompletableFuture<>();

    private volatile Standing standing = new Standing(PipelineStatus.State.STARTING, null);
    private volatile @Nullable String again;
    private volatile long lagBytes = -1;
    private volatile @Nullable GapException gap;
    private final Copying copying;
    private final KeyOrders keys;
    private final Overflow overflow;
    private Instant acknowledgedAt = Instant.EPOCH;
    private @Nullable Position acknowledged;
    private @Nullable Position readTo;
    private long copiedAnew;
    private @Nullable Instant patientUntil;

    SourceLoop(
            ChangeSource source,
            Set<TableName> tables,
            List<Flow> flows,
            PipelineSettings settings,
            CdcRuntime runtime,
            @Nullable PieceSpool spool) {
        this.source = source;
        this.tables = tables;
        this.flows = flows;
        this.settings = settings;
        this.runtime = runtime;
        this.copying = new Copying(source, settings, runtime);
        this.keys = new KeyOrders(source);
        this.overflow = new Overflow(spool, flows, source::covers, this::readAgain);
    }

    /** The other thread of the reading: it copies tables. */
    Copying copying() {
        return copying;
    }

    Overflow overflow() {
        return overflow;
    }

    /** How the reading stands, and why; both of one moment, or a state would be told with the reason of another. */
    record Standing(PipelineStatus.State state, @Nullable String reason) {
        boolean isLast() {
            return state == PipelineStatus.State.NEEDS_RESYNC || state == PipelineStatus.State.FENCED;
        }
    }

    Standing standing() {
        Standing now = standing;
        String alarm = overflow.alarm();
        boolean waits = alarm != null
                && (now.state == PipelineStatus.State.RUNNING || now.state == PipelineStatus.State.SOURCE_AWAY);
        return waits ? new Standing(PipelineStatus.State.HELD_UP, alarm) : now;
    }

    /** Why the reading has ended for good; null while it has not. */
    @Nullable
    GapException gap() {
        return gap;
    }

    long lagBytes() {
        return lagBytes;
    }

    /** From where on the log is kept for this pipeline; waits until the source has told it. */
    CompletableFuture<Position> first() {
        return first;
    }

    void stop() {
        end.countDown();
        // whoever waits for a source that was never reached
        first.cancel(false);
        copying.stop();
    }

    void stopAs(PipelineStatus.State last, String why) {
        stands(new Standing(last, why));
        stop();
    }

    /** Whoever stopped the loop meanwhile has had the last word: a target that was taken over stops it while the source is read. */
    private synchronized void stands(Standing next) {
        if (next.isLast() || !standing.isLast()) {
            standing = next;
        }
    }

    /** To be called when a target says where it stands: if what it gets begins later than that, the reading begins anew. */
    void joined(String target, Position position) {
        for (Flow flow : flows) {
            Position began = flow.began();
            if (flow.target().equals(target) && began != null && !source.covers(position, began)) {
                readAgain("target " + target + " stands further behind than the reading began");
            }
        }
    }

    void readAgain(String why) {
        again = why;
    }

    @Override
    public void run() {
        int failures = 0;
        while (end.getCount() > 0) {
            try (LogOpening opening = source.opening(tables)) {
                if (!first.isDone()) {
                    first.complete(opening.establish());
                }
                // before looking where the targets stand: what is said from now on is about that
                again = null;
                overflow.prepare();
                Position from = whereToBegin(opening);
                if (from != null) {
                    read(opening, from);
                    failures = 0;
                }
            } catch (GapException e) {
                String lost = e.getMessage() + overflow.whatLies();
                LOG.error("changes are lost to the log of {}: {}", source.name(), lost);
                stopAs(PipelineStatus.State.NEEDS_RESYNC, lost);
                gap = e;
            } catch (RuntimeException e) {
                pauseAfter(e, failures++);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        overflow.close();
    }

    private void pauseAfter(RuntimeException failure, int failures) {
        if (end.getCount() > 0) {
            stands(new Standing(PipelineStatus.State.SOURCE_AWAY, failure.getMessage()));
        }
        LOG.warn("the log of {} cannot be read, trying again: {}", source.name(), failure.getMessage());
        try {
            CdcRuntime.waitOr(end, runtime.pause(settings, failures));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The position of the target that is furthest behind; null when the end came first. */
    private @Nullable Position whereToBegin(LogOpening opening) throws InterruptedException {
        Instant begun = runtime.clock().instant();
        // once: who did not answer then holds nobody up at each further beginning
        Instant patient = patientUntil == null ? begun.plus(PATIENCE) : patientUntil;
        patientUntil = patient;
        while (end.getCount() > 0) {
            Flow unknown = flows.stream()
                    .filter(flow -> overflow.standings().standsFor(flow) == null)
                    .findFirst()
                    .orElse(null);
            Position known = overflow.standings().furthestBehind(false);
            Instant now = runtime.clock().instant();
            if (known != null && (unknown == null || now.isAfter(patient))) {
                return known;
            }
            if (now.isAfter(begun.plus(HELD))) {
                opening.rest();
            }
            if (unknown == null) {
                CdcRuntime.waitOr(end, TICK);
            } else {
                unknown.progress().awaitKnown(TICK);
            }
        }
        return null;
    }

    private void read(LogOpening opening, Position from) throws InterruptedException {
        readTo = from;
        try (ChangeStream stream = opening.after(from)) {
            if (!goesOn()) {
                // the source took its time: who was told to end meanwhile does not begin to write to the spool
                return;
            }
            overflow.begin(from);
            keys.forget();
            copying.opens(from);
            copying.want(loads(), true, this::serves);
            if (goesOn()) {
                stands(new Standing(PipelineStatus.State.RUNNING, null));
            }
            LOG.info("reading the log of {} after {}", source.name(), from);
            for (int inFlow = 0; goesOn(); inFlow++) {
                TransactionPiece piece = stream.poll(POLL);
                if (piece != null) {
                    copying.note(piece);
                    handOut(piece, stream);
                    readTo = piece.last() ? piece.position() : null;
                    if (inFlow < MOST_IN_FLOW && stream.isFlowing()) {
                        continue;
                    }
                }
                inFlow = 0;
                if (readTo != null) {
                    overflow.letReturn(readTo, runtime.clock().instant());
                }
                handOutChunks(stream);
                stream.awaited(copying.waitsForLog());
                acknowledge(stream);
            }
        }
        if (again != null) {
            LOG.info("reading again: {}", again);
        }
    }

    private boolean goesOn() {
        return end.getCount() > 0 && again == null;
    }

    /** Chunks stand between two transactions, never inside one. */
    private void handOutChunks(ChangeStream stream) throws InterruptedException {
        while (readTo != null && goesOn() && overflow.isIdle()) {
            LoadedChunk chunk = copying.ready(readTo).orElse(null);
            if (chunk == null) {
                return;
            }
            handOut(new Delivery.Loaded(chunk), stream);
        }
    }

    private long timesAnew() {
        return flows.stream().mapToLong(flow -> flow.progress().timesAnew()).sum();
    }

    /** What is to be copied, from where the target that has come least far goes on; from the beginning where that cannot be told. */
    private Map<TableName, LoadState> loads() {
        if (!overflow.isIdle()) {
            return Map.of();
        }
        Map<TableName, LoadState> all = new LinkedHashMap<>();
        for (Flow flow : flows) {
            flow.progress()
                    .loads()
                    .forEach((table, state) -> all.merge(
                            table, state, (one, other) -> LoadState.forBoth(one, other, () -> keys.of(table))));
        }
        return all;
    }

    /** Whether what is remembered of a table from here on serves every target that is to get it. */
    private boolean serves(TableName table, Position since) {
        for (Flow flow : flows) {
            Position takenUp = flow.progress().takenUpAfter(table);
            if (takenUp != null && !source.covers(since, takenUp)) {
                return false;
            }
        }
        return true;
    }

    private void handOut(TransactionPiece piece, ChangeStream stream) throws InterruptedException {
        while (goesOn() && !overflow.keep(piece)) {
            if (readTo != null) {
                // who has caught up needs no room there
                overflow.letReturn(readTo, runtime.clock().instant());
            }
            acknowledge(stream);
            CdcRuntime.waitOr(end, ROOM);
        }
        handOut(new Delivery.Piece(piece, stream), stream);
    }

    private void handOut(Delivery delivery, ChangeStream stream) throws InterruptedException {
        for (Flow flow : flows) {
            Instant began = null;
            while (goesOn() && !flow.isSpooled() && !flow.queue().put(delivery, ROOM)) {
                acknowledge(stream);
                Instant now = runtime.clock().instant();
                began = began == null ? now : began;
                if (!flow.isSpooled()
                        && Duration.between(began, now).compareTo(overflow.patience()) > 0
                        && !overflow.divert(flow, "it has taken nothing for " + overflow.patience())) {
                    overflow.waitsFor(flow);
                }
            }
        }
    }

    private void acknowledge(ChangeStream stream) {
        Instant now = runtime.clock().instant();
        if (now.isBefore(acknowledgedAt.plus(POLL))) {
            return;
        }
        acknowledgedAt = now;
        lagBytes = stream.lagBytes();
        overflow.look(lagBytes);
        overflow.settle(now);
        long anew = timesAnew();
        copying.want(loads(), anew != copiedAnew, this::serves);
        copiedAnew = anew;
        Position durable = overflow.standings().furthestBehind(true);
        // back in memory a target counts as where it stands itself, which may be less than was said before
        if (durable != null && (acknowledged == null || source.covers(durable, acknowledged))) {
            stream.acknowledge(durable);
            acknowledged = durable;
        }
    }
}
