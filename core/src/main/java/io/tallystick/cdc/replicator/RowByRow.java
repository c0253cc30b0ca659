package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.jdbc.SqlErrors;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes single changes in the open transaction of a target, each so that a refused one leaves nothing behind. For one thread. */
final class RowByRow {

    private final TargetSession session;
    private final ReplicatedTarget target;
    private final RunWriter writer;
    private final Predicate<TableName> isCopied;
    private final ConflictLog log;
    private long conflicts;
    private boolean skipped;
    private @Nullable ConflictCheck check;

    RowByRow(TargetSession session, ReplicatedTarget target, RunWriter writer, Predicate<TableName> isCopied) {
        this.session = session;
        this.target = target;
        this.writer = writer;
        this.isCopied = isCopied;
        this.log = new ConflictLog(session.pipeline());
    }

    /**
     * What is to be set aside, and why.
     *
     * @param met the conflict that is set aside; null when it is none
     */
    record Refusal(TargetChange change, String why, ConflictCheck.@Nullable Met met) {

        Refusal(TargetChange change, String why) {
            this(change, why, null);
        }
    }

    /** How many changes met a row that somebody else had written, since this session began. */
    long conflicts() {
        return conflicts;
    }

    /** What was made since this number was asked is rolled back. */
    void conflicts(long before) {
        conflicts = before;
    }

    /** Whether the last change was settled without writing anything. */
    boolean skipped() {
        return skipped;
    }

    /** Makes it, unless it is refused: then everything is as before. */
    @Nullable
    Refusal make(TargetChange change, Position position) {
        try {
            Savepoint before = session.savepoint();
            try {
                ConflictCheck.Verdict verdict = judge(change);
                conflicts += verdict.met() == null ? 0 : 1;
                Refusal refused = make(verdict);
                if (refused == null && verdict.met() != null) {
                    log.note(session.tx(), change, verdict.met(), position);
                }
                session.release(before);
                return refused;
            } catch (DataRefused e) {
                session.rollbackTo(before);
                return new Refusal(change, String.valueOf(e.getMessage()));
            }
        } catch (SQLException e) {
            throw SqlErrors.translate(e, target.dialect(), false, "setting a savepoint at target " + target.name());
        }
    }

    /** To be called when it is really set aside: which of several changes are may be tried more than once. */
    void setAside(Refusal refused, Position position) {
        if (refused.met() != null) {
            log.note(session.tx(), refused.change(), refused.met(), position);
        }
    }

    private @Nullable Refusal make(ConflictCheck.Verdict verdict) throws DataRefused {
        TargetChange change = verdict.change();
        skipped = change == null;
        if (change != null && verdict.park() != null) {
            return new Refusal(change, verdict.park(), verdict.met());
        }
        if (change != null) {
            writer.write(new Run(change.table(), change.verb(), List.of(change)));
        }
        return null;
    }

    /** Rows of a table that is being copied are put over whatever is there. */
    private ConflictCheck.Verdict judge(TargetChange change) throws DataRefused, SQLException {
        ConflictPolicy policy = target.mapping().onConflict(change.table());
        if (policy == null
                || change.row() == null
                || isCopied.test(change.written().source().table().name())) {
            return ConflictCheck.Verdict.none(change);
        }
        ConflictCheck known = check == null ? new ConflictCheck(session.connection()) : check;
        check = known;
        try {
            return known.judge(session.connection(), change, policy);
        } catch (SQLException e) {
            throw writer.refusedOrFailed(
                    e, "looking for conflicts in " + change.table().name());
        }
    }
}
