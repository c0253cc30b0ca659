package io.tallystick.cdc;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.RejectedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies to one target what was read, group by group, each in one transaction with the position that it leads to. A target that is
 * away is tried again for ever; the group that failed is kept, and after a lost answer the position tells whether it was committed.
 * Owns one thread.
 */
final class TargetLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(TargetLoop.class);
    private static final Duration TICK = Duration.ofMillis(200);
    /** How soon a person's order is noticed. */
    private static final Duration ORDERS = Duration.ofSeconds(3);

    private final ReplicatedTarget target;
    private final Upstream upstream;
    private final PieceQueue queue;
    private final PipelineSettings settings;
    private final TargetProgress progress;
    private final CountDownLatch end = new CountDownLatch(1);

    /** Complete transactions that are not committed yet. */
    private final List<TransactionPiece> complete = new ArrayList<>();
    /** The beginning of a transaction whose end was not read yet. */
    private final List<TransactionPiece> begun = new ArrayList<>();

    /** Taken from the queue and not looked at yet: it outlives a session that broke in between. */
    private final Deque<Delivery> taken = new ArrayDeque<>();

    private long generation;
    private int begunChanges;
    private long begunBytes;
    /** Whether pieces of an incomplete transaction are written already, in the open transaction of the target. */
    private boolean streaming;
    /** Whether what comes is void until the reading has begun anew. */
    private boolean outOfStep;
    /** Whether data was refused in a transaction that is too large to be kept: it is made again, carefully. */
    private boolean careful;
    /** Whether that was not enough, because it was refused only at the commit: then each part of it has to hold by itself. */
    private boolean partByPart;

    TargetLoop(
            ReplicatedTarget target,
            Upstream upstream,
            PieceQueue queue,
            PipelineSettings settings,
            TargetProgress progress) {
        this.target = target;
        this.upstream = upstream;
        this.queue = queue;
        this.settings = settings;
        this.progress = progress;
    }

    /** Ends the loop after the group in work. */
    void stop() {
        end.countDown();
    }

    @Override
    public void run() {
        int failures = 0;
        while (end.getCount() > 0) {
            try (TargetSession session = upstream.claim(target)) {
                work(session);
            } catch (FencedException e) {
                upstream.fenced(e);
                return;
            } catch (RuntimeException e) {
                // also what nobody thought of: a loop that ended without a word would hold up the source's log for ever
                failures = progress.hasMoved() ? 0 : failures + 1;
                pauseAfter(e, failures);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void pauseAfter(RuntimeException failure, int failures) {
        // a schema error or a missing right is mended by a person, all others by time: the same pause serves both
        String advice = failure instanceof RejectedException ? "; it goes on by itself once that is mended" : "";
        progress.failed(failure.getMessage() + advice);
        LOG.warn("target {} cannot be written, trying again: {}{}", target.name(), failure.getMessage(), advice);
        if (streaming) {
            abandon("lost a large transaction half-way");
        }
        try {
            CdcRuntime.waitOr(end, upstream.runtime().pause(settings, failures));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was written is gone with the connection or the server, and its pieces were not kept: read them again. */
    private void abandon(String why) {
        streaming = false;
        outOfStep = true;
        complete.clear();
        taken.clear();
        begun.clear();
        begunChanges = 0;
        begunBytes = 0;
        upstream.readAgain("target " + target.name() + " " + why);
    }

    private void work(TargetSession session) throws InterruptedException {
        lookWhetherItFellBack(session);
        Work work = new Work(session);
        complete.removeIf(piece -> work.isApplied(piece));
        begun.removeIf(piece -> work.isApplied(piece));
        work.commitComplete();
        progress.connected(session.position());
        work.accept();
        while (end.getCount() > 0) {
            PieceQueue.Taken next = queue.take(settings.groupChanges(), TICK);
            if (next.generation() != generation) {
                generation = next.generation();
                outOfStep = false;
                work.forgetBegun();
                if (!covers(session.position(), next.from())) {
                    abandon("stands further behind than the reading began");
                }
            }
            if (!outOfStep) {
                taken.addAll(next.deliveries());
                work.accept();
            }
            session.stayAwake(upstream.runtime().clock().instant(), streaming);
            work.lookAtOrders();
        }
    }

    /** A target that was restored, or whose standby took over, may have lost what it had committed. */
    private void lookWhetherItFellBack(TargetSession session) {
        if (!covers(session.position(), progress.durable())) {
            progress.connected(session.position());
            abandon("has lost what it had applied already: it stands at " + session.position());
        }
    }

    private boolean covers(@Nullable Position position, @Nullable Position other) {
        return position == null || other == null || upstream.covers(position, other);
    }

    /** The work of one session. */
    private final class Work {

        private final TargetSession session;
        private final GroupApplier applier;
        private final LoadRows loads;
        private final LoadsPassed passed = new LoadsPassed();
        private Instant positionWritten = upstream.runtime().clock().instant();
        private Instant ordersSeen = positionWritten;
        private boolean mayNotLetBe;
        /** The reading that gave something which is not applied yet: what comes behind it there is not either. */
        private @Nullable ChangeStream beyondApplied;

        Work(TargetSession session) {
            this.session = session;
            this.loads = new LoadRows(session.tx(), upstream.pipelineAt(target));
            progress.loads(loads.open());
            this.applier = new GroupApplier(
                    session,
                    target,
                    Quarantine.load(session.tx(), upstream.pipelineAt(target)),
                    table -> progress.loads().containsKey(table),
                    new EchoGuard(session, upstream, target, settings.loop()));
        }

        /** Compares positions only until it is clear: comparing costs more than all else that is done to a small piece here. */
        private boolean comesAgain(Delivery.Piece delivery) {
            ChangeStream reading = delivery.reading();
            if (reading != null && reading == beyondApplied) {
                return false;
            }
            boolean again = comesAgain(delivery.piece());
            beyondApplied = again ? null : reading;
            return again;
        }

        /** A spool may hold a stretch twice so close together that both are in one group. */
        private boolean comesAgain(TransactionPiece piece) {
            return complete.isEmpty()
                    ? isApplied(piece)
                    : upstream.covers(complete.get(complete.size() - 1).position(), piece.position());
        }

        boolean isApplied(TransactionPiece piece) {
            Position applied = session.position();
            return applied != null && upstream.covers(applied, piece.position());
        }

        void forgetBegun() {
            if (streaming) {
                session.rollback();
                streaming = false;
            }
            begun.clear();
            begunChanges = 0;
            begunBytes = 0;
        }

        /** What was taken, in its order; what fails stays, to be made again in the next session. */
        void accept() {
            for (Delivery delivery = taken.peek(); delivery != null; delivery = taken.peek()) {
                letForeignKeysBe();
                if (delivery instanceof Delivery.Piece piece) {
                    accept(piece);
                } else if (delivery instanceof Delivery.Loaded loaded) {
                    commitComplete();
                    load(loaded.chunk());
                }
                taken.remove();
            }
            commitComplete();
            if (begunChanges >= settings.groupChanges() || begunBytes >= settings.queueBytes() / 4) {
                stream();
            }
        }

        /** While tables are copied a child may come before its parent; both are there when all are done. */
        private void letForeignKeysBe() {
            boolean copying = !progress.loads().isEmpty();
            boolean outside = !streaming && complete.isEmpty();
            if (!outside || copying != session.checksForeignKeys() || mayNotLetBe) {
                return;
            }
            if (!copying) {
                session.checkForeignKeys(true);
            } else if (target.mapping().copiesParentsToo() && !session.checkForeignKeys(false)) {
                mayNotLetBe = true;
                LOG.warn(
                        "target {}: its foreign keys are checked while tables are copied, so rows may be set aside whose parents come"
                                + " later; to avoid that: GRANT SET ON PARAMETER session_replication_role TO the pipeline's user",
                        target.name());
            }
        }

        private void accept(Delivery.Piece delivery) {
            if (comesAgain(delivery)) {
                return;
            }
            TransactionPiece piece = delivery.piece();
            begun.add(piece);
            begunChanges += piece.changes().size();
            begunBytes += delivery.weight();
            if (piece.last()) {
                complete.addAll(begun);
                begun.clear();
                begunChanges = 0;
                begunBytes = 0;
            }
        }

        /** Rows of a table that is being copied are one transaction with the note of how far the copying has come. */
        private void load(LoadedChunk chunk) {
            LoadState state = progress.loads().get(chunk.table());
            Position position = session.position();
            if (state == null || position == null) {
                return;
            }
            if (state.has(chunk)) {
                return;
            }
            if (!passed.leadTo(state, chunk) || !state.countsWith(chunk)) {
                progress.copyAnew();
                return;
            }
            try {
                load(chunk, state, position, false);
            } catch (DataRefused | RefusedAtCommitException refused) {
                session.rollback();
                applier.rolledBack();
                loadCarefully(chunk, state, position);
            }
        }

        private void load(LoadedChunk chunk, LoadState state, Position position, boolean carefully) throws DataRefused {
            applier.load(chunk, carefully);
            if (state.sweeps()) {
                new Sweep(session, target, applier.quarantine(), upstream.pipelineAt(target)).after(chunk, state);
            }
            note(state, state.after(chunk), state.endsWith(chunk), position);
        }

        private void note(LoadState before, LoadState after, boolean finished, Position position) {
            Map<TableName, LoadState> expected = new HashMap<>(progress.loads());
            if (loads.moved(before, after, finished)) {
                session.commit(position);
                passed.moved(before, after);
                expected.put(after.table(), after);
            } else {
                session.rollback();
                applier.rolledBack();
            }
            seeLoads(expected);
        }

        /** Nobody else moves the copying: what is not as it was left was ordered meanwhile. */
        private void seeLoads(Map<TableName, LoadState> left) {
            progress.loads(loads.open());
            boolean ordered = progress.loads().entrySet().stream()
                    .anyMatch(load -> !load.getValue().equals(left.get(load.getKey())));
            if (ordered) {
                progress.copyAnew();
            }
        }

        private void loadCarefully(LoadedChunk chunk, LoadState state, Position position) {
            try {
                load(chunk, state, position, true);
            } catch (DataRefused impossible) {
                throw new IllegalStateException("what is refused row by row is set aside", impossible);
            }
        }

        /** Writes the beginning of a large transaction; it is committed when its end has come. */
        private void stream() {
            streaming = true;
            if (careful) {
                applier.applyCarefully(begun, partByPart);
            } else {
                try {
                    applier.apply(begun);
                } catch (DataRefused e) {
                    throw again(e);
                }
            }
            begun.clear();
            begunChanges = 0;
            begunBytes = 0;
        }

        private ConflictException again(Exception refused) {
            careful = true;
            return new ConflictException("a large transaction is made again, row by row: " + refused.getMessage());
        }

        void commitComplete() {
            if (complete.isEmpty()) {
                return;
            }
            TransactionPiece last = complete.get(complete.size() - 1);
            boolean empty = !streaming
                    && complete.stream().allMatch(piece -> piece.changes().isEmpty());
            if (empty && !isTimeForPosition()) {
                complete.clear();
                return;
            }
            int changes = writeAndCommit(last.position());
            streaming = false;
            careful = false;
            partByPart = false;
            positionWritten = upstream.runtime().clock().instant();
            progress.applied(
                    new TargetProgress.Group(last, changes, transactions(), applier.missing(), applier.conflicts()),
                    applier.quarantine());
            complete.clear();
        }

        private int writeAndCommit(Position position) {
            try {
                int changes = careful ? applier.applyCarefully(complete, partByPart) : applier.apply(complete);
                commit(position);
                return changes;
            } catch (DataRefused | RefusedAtCommitException refused) {
                if (streaming) {
                    partByPart |= refused instanceof RefusedAtCommitException;
                    throw again(refused);
                }
                session.rollback();
                applier.rolledBack();
            }
            int changes = applier.applyCarefully(complete, true);
            commit(position);
            return changes;
        }

        private void commit(Position position) {
            Set<TableName> anew = applier.toCopyAnew();
            loads.order(anew);
            session.commit(position);
            if (!anew.isEmpty()) {
                progress.loads(loads.open());
                progress.copyAnew();
            }
        }

        private int transactions() {
            int transactions = 0;
            for (TransactionPiece piece : complete) {
                transactions += piece.last() && !piece.changes().isEmpty() ? 1 : 0;
            }
            return transactions;
        }

        /** What a person ordered meanwhile: rows out of the quarantine, tables to be copied again. */
        void lookAtOrders() {
            Instant now = upstream.runtime().clock().instant();
            if (streaming || now.isBefore(ordersSeen.plus(ORDERS))) {
                return;
            }
            ordersSeen = now;
            applier.quarantine().reload(session.tx());
            Map<TableName, LoadState> before = progress.loads();
            seeLoads(before);
            session.rollback();
        }

        private boolean isTimeForPosition() {
            return !upstream.runtime().clock().instant().isBefore(positionWritten.plus(settings.progressEvery()));
        }
    }
}
