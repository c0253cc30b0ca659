package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.ConflictException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Commits complete transactions at the target in groups, each with the position that it leads to, and writes the beginnings of large
 * ones. What the target refuses is sought by halves: those that hold are committed as quickly as ever, and only a few transactions
 * are made again row by row. For one session and one thread.
 */
final class GroupWork {

    /** So few changes are made row by row when they are refused, three answers for each. */
    private static final int FEW = 24;

    /** After so many refusals within one group, what is left of a refused part is made row by row: nearly everything is refused. */
    private static final int MOST_REFUSALS = 64;

    private final TargetTask task;
    private final TargetSession session;
    private final GroupApplier applier;
    private final LoadRows loads;
    private final Unapplied unapplied;
    private final LargeRefusal large;
    private Instant positionWritten;
    /** The end of what brought nothing, whose position was not worth a commit yet. */
    private @Nullable TransactionPiece passed;

    GroupWork(TargetTask task, TargetSession session, GroupApplier applier, Unapplied unapplied, LargeRefusal large) {
        this.task = task;
        this.session = session;
        this.applier = applier;
        this.loads = new LoadRows(session.tx(), task.pipeline());
        this.unapplied = unapplied;
        this.large = large;
        this.positionWritten = task.now();
    }

    /** Writes the beginning of a large transaction; it is committed when its end has come. */
    void stream() {
        List<TransactionPiece> begun = List.copyOf(unapplied.begun());
        unapplied.streamed();
        if (large.isFound()) {
            applier.applyCarefully(begun, large.isAtCommit());
            return;
        }
        try {
            applier.apply(begun);
        } catch (DataRefused e) {
            throw again(e);
        }
    }

    private ConflictException again(Exception refused) {
        large.found(refused instanceof RefusedAtCommitException);
        return new ConflictException("a large transaction is made again, row by row: " + refused.getMessage());
    }

    /** Commits all complete transactions. */
    void commitComplete() {
        List<TransactionPiece> complete = unapplied.complete();
        if (unapplied.isStreaming() && !complete.isEmpty()) {
            commitLarge(complete);
        }
        if (complete.isEmpty()) {
            commitPassed();
            return;
        }
        boolean empty = complete.stream().allMatch(piece -> piece.changes().isEmpty());
        if (empty && !isTimeForPosition()) {
            passed = complete.get(complete.size() - 1);
            unapplied.committed(complete.size());
            return;
        }
        new Halves().commit(complete.size());
    }

    /** Nothing may come behind it for long, and the source or a spool would keep all of it until then. */
    private void commitPassed() {
        TransactionPiece end = passed;
        if (end != null && !unapplied.isStreaming() && isTimeForPosition()) {
            committed(List.of(end), 0);
        }
    }

    /** The reading has begun anew, and may have begun further behind. */
    void forgetPassed() {
        passed = null;
    }

    private boolean isTimeForPosition() {
        return !task.now().isBefore(positionWritten.plus(task.settings().progressEvery()));
    }

    /**
     * The first of them end a transaction of which a part was written already. It is committed without those behind it: what is refused
     * of them would have it made again.
     */
    private void commitLarge(List<TransactionPiece> complete) {
        int end = 1;
        while (!complete.get(end - 1).last()) {
            end++;
        }
        List<TransactionPiece> group = complete.subList(0, end);
        try {
            int changes = large.isFound() ? applier.applyCarefully(group, large.isAtCommit()) : applier.apply(group);
            commit(group, changes);
        } catch (DataRefused | RefusedAtCommitException refused) {
            throw again(refused);
        }
    }

    private void commit(List<TransactionPiece> group, int changes) {
        committed(group, changes);
        unapplied.committed(group.size());
    }

    private void committed(List<TransactionPiece> group, int changes) {
        TransactionPiece last = group.get(group.size() - 1);
        Set<TableName> anew = applier.toCopyAnew();
        loads.order(anew);
        session.commit(last.position());
        if (!anew.isEmpty()) {
            task.progress().loads(loads.open());
            task.progress().copyAnew();
        }
        positionWritten = task.now();
        passed = null;
        large.isPast();
        task.progress()
                .applied(
                        new TargetProgress.Group(
                                last, changes, transactions(group), applier.missing(), applier.conflicts()),
                        applier.quarantine());
    }

    private static int transactions(List<TransactionPiece> group) {
        int transactions = 0;
        for (TransactionPiece piece : group) {
            transactions += piece.last() && !piece.changes().isEmpty() ? 1 : 0;
        }
        return transactions;
    }

    /** Finds what is refused within one group. */
    private final class Halves {

        private int refusals;

        /** Commits so many pieces, the first of those that are complete. */
        void commit(int pieces) {
            List<TransactionPiece> group = unapplied.complete().subList(0, pieces);
            if (holds(group)) {
                return;
            }
            refusals++;
            int half = refusals > MOST_REFUSALS ? 0 : half(group);
            if (half == 0) {
                GroupWork.this.commit(group, applier.applyCarefully(group, true));
                return;
            }
            commit(half);
            commit(pieces - half);
        }

        private boolean holds(List<TransactionPiece> group) {
            try {
                GroupWork.this.commit(group, applier.apply(group));
                return true;
            } catch (DataRefused | RefusedAtCommitException refused) {
                session.rollback();
                applier.rolledBack();
                return false;
            }
        }
    }

    /** How many pieces make up about half of the changes and end a transaction; 0 when it is one, or not worth it. */
    static int half(List<TransactionPiece> group) {
        int all = 0;
        for (TransactionPiece piece : group) {
            all += piece.changes().size();
        }
        int changes = 0;
        int end = 0;
        for (int i = 0; all > FEW && i < group.size() - 1; i++) {
            changes += group.get(i).changes().size();
            if (group.get(i).last()) {
                end = i + 1;
                if (changes >= all / 2) {
                    break;
                }
            }
        }
        return end;
    }
}
