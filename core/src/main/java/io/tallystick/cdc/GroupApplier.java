package io.tallystick.cdc;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a group of source transactions in one open transaction of the target. First the short way, as few statements as possible;
 * when the database refuses that, everything anew in the source's order, row by row where it must be, and what is still refused
 * goes to the quarantine. Neither begins nor commits. For one thread.
 */
final class GroupApplier {

    private static final String BEHIND = "waits for an earlier change of the same row";

    private final TargetSession session;
    private final ReplicatedTarget target;
    private final Quarantine quarantine;
    private long missing;

    GroupApplier(TargetSession session, ReplicatedTarget target, Quarantine quarantine) {
        this.session = session;
        this.target = target;
        this.quarantine = quarantine;
    }

    /** How many updates and deletes found no row to change, since this session began. */
    long missing() {
        return missing;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    /**
     * Makes the changes of these pieces in the short way.
     *
     * @throws DataRefused when the target refuses data; the transaction has to be rolled back
     */
    int apply(List<TransactionPiece> pieces) throws DataRefused {
        List<TargetChange> changes = new ArrayList<>();
        for (TransactionPiece piece : pieces) {
            for (Change change : piece.changes()) {
                mapped(change, piece, changes);
            }
        }
        for (Run run : Coalescer.plan(changes)) {
            write(run);
        }
        return changes.size();
    }

    private void mapped(Change change, TransactionPiece piece, List<TargetChange> out) throws DataRefused {
        try {
            target.mapping().map(change, made -> {
                if (quarantine.holds(made)) {
                    quarantine.park(session.tx(), made, piece.position(), BEHIND);
                } else {
                    out.add(made);
                }
            });
        } catch (RejectedException e) {
            throw new DataRefused(e);
        }
    }

    /** The same in the source's order; what the target refuses is set aside. */
    int applyCarefully(List<TransactionPiece> pieces) {
        int made = 0;
        for (TransactionPiece piece : pieces) {
            for (Change change : piece.changes()) {
                made += applyCarefully(change, piece);
            }
        }
        return made;
    }

    private int applyCarefully(Change change, TransactionPiece piece) {
        List<TargetChange> changes = new ArrayList<>();
        try {
            target.mapping().map(change, changes::add);
        } catch (RejectedException e) {
            quarantine.parkUnmapped(session.tx(), change, piece.position(), e);
            return 0;
        }
        int made = 0;
        for (TargetChange each : changes) {
            String refused =
                    quarantine.holds(each) ? BEHIND : refusalOf(new Run(each.table(), each.verb(), List.of(each)));
            if (refused == null) {
                made++;
            } else {
                quarantine.park(session.tx(), each, piece.position(), refused);
            }
        }
        return made;
    }

    private @Nullable String refusalOf(Run run) {
        try {
            Savepoint before = session.savepoint();
            try {
                write(run);
                session.release(before);
                return null;
            } catch (DataRefused e) {
                session.rollbackTo(before);
                return e.getMessage();
            }
        } catch (SQLException e) {
            throw SqlErrors.translate(e, target.dialect(), false, "setting a savepoint at target " + target.name());
        }
    }

    private void write(Run run) throws DataRefused {
        try {
            int rows = target.writer().write(session.connection(), run.table(), run.verb(), run.changes());
            boolean mustHit = run.verb() == TargetChange.Verb.UPDATE || run.verb() == TargetChange.Verb.DELETE;
            if (mustHit && rows >= 0) {
                missing += Math.max(0, run.changes().size() - rows);
            }
        } catch (SQLException e) {
            RuntimeException translated = SqlErrors.translate(
                    e,
                    target.dialect(),
                    false,
                    run.verb() + " of " + run.changes().size() + " rows in "
                            + run.table().name() + " at target " + target.name());
            if (SqlErrors.isDataRefused(e, target.dialect())) {
                throw new DataRefused(translated);
            }
            throw translated;
        }
    }

    /** The target took a look at the data and said no. */
    static final class DataRefused extends Exception {

        private static final long serialVersionUID = 1L;

        DataRefused(RuntimeException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
