package io.tallystick.cdc;

import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes a group of source transactions in one open transaction of the target. First the short way, as few statements as possible;
 * when the database refuses that, everything anew in the source's order, row by row where it must be, and what is still refused
 * goes to the quarantine. Neither begins nor commits. For one thread.
 */
final class GroupApplier {

    private static final Position COPY = new Position("copy");
    private static final String BEHIND = "waits for an earlier change of the same row";

    private final TargetSession session;
    private final ReplicatedTarget target;
    private final Quarantine quarantine;
    private final Predicate<TableName> isCopied;
    private final EchoGuard guard;
    private final Set<TableName> toCopyAnew = new HashSet<>();
    private long missing;
    private long conflicts;
    private boolean skipped;
    private @Nullable ConflictCheck check;
    /** Whether what the quarantine remembers may have been rolled back. */
    private boolean quarantineIsStale;

    /** @param isCopied whether this table of the source is being copied just now: its rows may be there or not yet */
    GroupApplier(
            TargetSession session,
            ReplicatedTarget target,
            Quarantine quarantine,
            Predicate<TableName> isCopied,
            EchoGuard guard) {
        this.session = session;
        this.target = target;
        this.quarantine = quarantine;
        this.isCopied = isCopied;
        this.guard = guard;
    }

    /** How many updates and deletes found no row to change, since this session began. */
    long missing() {
        return missing;
    }

    /** How many changes met a row that somebody else had written, since this session began. */
    long conflicts() {
        return conflicts;
    }

    /** Tables whose copying has to begin anew, since this was asked last. */
    Set<TableName> toCopyAnew() {
        Set<TableName> tables = Set.copyOf(toCopyAnew);
        toCopyAnew.clear();
        return tables;
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
        if (target.mapping().settlesConflicts()) {
            return applyCarefully(pieces);
        }
        return applyShort(pieces);
    }

    private int applyShort(List<TransactionPiece> pieces) throws DataRefused {
        lookAtQuarantine();
        try {
            return applyTogether(pieces);
        } catch (DataRefused e) {
            quarantineIsStale = true;
            throw e;
        }
    }

    /** To be called when the transaction was rolled back although nothing was refused. */
    void rolledBack() {
        quarantineIsStale = true;
    }

    private void lookAtQuarantine() {
        if (quarantineIsStale) {
            quarantine.reload(session.tx());
            quarantineIsStale = false;
        }
    }

    private int applyTogether(List<TransactionPiece> pieces) throws DataRefused {
        List<TargetChange> changes = new ArrayList<>();
        for (TransactionPiece piece : pieces) {
            for (Change change : piece.changes()) {
                mapped(change, piece, changes);
            }
        }
        if (!changes.isEmpty()) {
            guard.mark();
        }
        for (Run run : Coalescer.plan(changes)) {
            write(run);
        }
        return changes.size();
    }

    private void mapped(Change change, TransactionPiece piece, List<TargetChange> out) throws DataRefused {
        try {
            map(change, piece, made -> {
                if (quarantine.holds(made)) {
                    quarantine.park(session.tx(), made, piece.position(), BEHIND);
                } else {
                    emptied(made, piece.position());
                    out.add(made);
                }
            });
        } catch (RejectedException e) {
            throw new DataRefused(e);
        }
    }

    private void emptied(TargetChange change, Position position) {
        if (change.verb() == Verb.TRUNCATE) {
            quarantine.emptied(session.tx(), change.table().name(), position);
        }
    }

    private void map(Change change, TransactionPiece piece, Consumer<TargetChange> all) {
        Consumer<TargetChange> out = piece.origin() == null
                ? all
                : made -> {
                    if (!guard.isEcho(piece.origin(), made.table().name())) {
                        all.accept(made);
                    }
                };
        if (isCopied.test(change.table().name())) {
            target.mapping().map(change, made -> tolerant(change, SourceOrder.plain(made), out));
        } else {
            target.mapping().map(change, made -> out.accept(SourceOrder.plain(made)));
        }
    }

    /** As long as a table is copied nobody knows which of its rows are there. */
    private void tolerant(Change source, TargetChange change, Consumer<TargetChange> out) {
        TargetRow row = change.row();
        boolean puts = change.verb() == Verb.INSERT || change.verb() == Verb.UPDATE;
        boolean moves = SourceOrder.standsAlone(change);
        if (!puts || row == null || row.isPartial()) {
            if (moves && puts) {
                // the row may not be here yet under its old key, and was passed already under its new one
                toCopyAnew.add(source.table().name());
            }
            out.accept(change);
            return;
        }
        if (change.key() != null && moves) {
            out.accept(new TargetChange(change.table(), Verb.DELETE, change.key(), null));
        }
        out.accept(new TargetChange(change.table(), Verb.UPSERT, null, row));
    }

    /** Writes rows of a table that is being copied; those that a person has to look at first stay away. */
    int load(LoadedChunk chunk, boolean carefully) throws DataRefused {
        List<Change> changes = chunk.rows().stream().map(Change::insert).toList();
        // also an empty part: rows that the source has no more are deleted after it
        guard.mark();
        TransactionPiece piece = new TransactionPiece("copy", COPY, Instant.EPOCH, null, changes, true);
        return carefully ? applyCarefully(List.of(piece)) : applyShort(List.of(piece));
    }

    /** The same in the source's order; what the target refuses is set aside. */
    int applyCarefully(List<TransactionPiece> pieces) {
        lookAtQuarantine();
        guard.mark();
        int made = 0;
        for (TransactionPiece piece : pieces) {
            List<TargetChange> emptied = new ArrayList<>();
            for (Change change : piece.changes()) {
                if (change.operation() == Change.Operation.TRUNCATE) {
                    emptied.addAll(mappedCarefully(change, piece));
                } else {
                    made += empty(emptied, piece) + applyCarefully(mappedCarefully(change, piece), piece);
                }
            }
            made += empty(emptied, piece);
        }
        return made;
    }

    /** Tables that were emptied together, in an order that their foreign keys allow. */
    private int empty(List<TargetChange> emptied, TransactionPiece piece) {
        List<TargetChange> ordered = Coalescer.plan(emptied).stream()
                .flatMap(run -> run.changes().stream())
                .toList();
        emptied.clear();
        return applyCarefully(ordered, piece);
    }

    private List<TargetChange> mappedCarefully(Change change, TransactionPiece piece) {
        List<TargetChange> changes = new ArrayList<>();
        try {
            map(change, piece, changes::add);
        } catch (RejectedException e) {
            // what other legs of the route made of it is in the list all the same
            quarantine.parkUnmapped(session.tx(), change, piece.position(), e);
        }
        return changes;
    }

    private int applyCarefully(List<TargetChange> changes, TransactionPiece piece) {
        int made = 0;
        for (TargetChange each : changes) {
            Refusal refused = quarantine.holds(each) ? new Refusal(each, BEHIND) : refusalOf(each);
            if (refused == null) {
                made += skipped ? 0 : 1;
                emptied(each, piece.position());
            } else {
                quarantine.park(session.tx(), refused.change(), piece.position(), refused.why());
            }
        }
        return made;
    }

    /** What is to be set aside, and why. */
    private record Refusal(TargetChange change, String why) {}

    private @Nullable Refusal refusalOf(TargetChange change) {
        try {
            Savepoint before = session.savepoint();
            try {
                ConflictCheck.Verdict verdict = judge(change);
                conflicts += verdict.conflict() ? 1 : 0;
                Refusal refused = make(verdict);
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

    private @Nullable Refusal make(ConflictCheck.Verdict verdict) throws DataRefused {
        TargetChange change = verdict.change();
        skipped = change == null;
        if (change != null && verdict.park() != null) {
            return new Refusal(change, verdict.park());
        }
        if (change != null) {
            write(new Run(change.table(), change.verb(), List.of(change)));
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
            throw refusedOrFailed(
                    e, "looking for conflicts in " + change.table().name());
        }
    }

    private DataRefused refusedOrFailed(SQLException e, String what) {
        RuntimeException translated =
                SqlErrors.translate(e, target.dialect(), false, what + " at target " + target.name());
        if (SqlErrors.isDataRefused(e, target.dialect())) {
            return new DataRefused(translated);
        }
        throw translated;
    }

    private void write(Run run) throws DataRefused {
        try {
            int rows = target.writer().write(session.connection(), run.table(), run.verb(), run.changes());
            count(run, rows);
        } catch (SQLException e) {
            throw refusedOrFailed(
                    e,
                    run.verb() + " of " + run.changes().size() + " rows in "
                            + run.table().name());
        }
    }

    private void count(Run run, int rows) throws DataRefused {
        int wanted = run.changes().size();
        boolean update = run.verb() == Verb.UPDATE;
        if (rows >= wanted || !update && run.verb() != Verb.DELETE) {
            return;
        }
        boolean filtered = target.mapping().isFiltered(run.table());
        if (update && filtered && (rows >= 0 || wanted > 1) && !isCopied(run)) {
            throw new DataRefused(
                    new RejectedException("this update of " + run.table().name()
                            + " finds no row: the row came into the route's filter just now, and the log did not tell all of it."
                            + " Make the source's log repeat whole rows (PostgreSQL: REPLICA IDENTITY FULL; MariaDB, MySQL:"
                            + " binlog_row_image=FULL), discard this change, and copy the table anew"));
        }
        if (rows >= 0 && (update || !filtered)) {
            missing += wanted - rows;
        }
    }

    /** While the table is copied, a row that is not there yet comes with its chunk. */
    private boolean isCopied(Run run) {
        return isCopied.test(run.changes().get(0).written().source().table().name());
    }

    /** The target took a look at the data and said no. */
    static final class DataRefused extends Exception {

        private static final long serialVersionUID = 1L;

        DataRefused(RuntimeException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
