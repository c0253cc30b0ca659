package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.RejectedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Makes a group of source transactions in one open transaction of the target. First the short way, as few statements as possible;
 * when the database refuses that, everything anew in the source's order, row by row where it must be, and what is still refused
 * goes to the quarantine. Neither begins nor commits. For one thread.
 */
final class GroupApplier {

    private static final Position COPY = new Position("copy");
    private static final int SMALL_CHANGES = 16;
    private static final long SMALL_BYTES = 32 * 1024;

    private final TargetSession session;
    private final ReplicatedTarget target;
    private final Quarantine quarantine;
    private final EchoGuard guard;
    private final PieceMapping mapping;
    private final RunWriter writer;
    private final RowByRow rows;
    private final CarefulApplier careful;
    /** Whether what the quarantine remembers may have been rolled back. */
    private boolean quarantineIsStale;

    private long missingBefore;
    private long conflictsBefore;
    private long parkedBefore;

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
        this.guard = guard;
        this.mapping = new PieceMapping(target.mapping(), isCopied, guard);
        this.writer = new RunWriter(session, target, isCopied);
        this.rows = new RowByRow(session, target, writer, isCopied);
        this.careful = new CarefulApplier(session, quarantine, mapping, writer, rows);
    }

    /** How many updates and deletes found no row to change, since this session began. */
    long missing() {
        return writer.missing();
    }

    /** How many changes met a row that somebody else had written, since this session began. */
    long conflicts() {
        return rows.conflicts();
    }

    /** Tables whose copying has to begin anew, since this was asked last. */
    Set<TableName> toCopyAnew() {
        return mapping.toCopyAnew();
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
        return target.mapping().settlesConflicts() ? applyCarefully(pieces, false) : applyShort(pieces);
    }

    private int applyShort(List<TransactionPiece> pieces) throws DataRefused {
        begin();
        try {
            return applyTogether(pieces);
        } catch (DataRefused e) {
            rolledBack();
            throw e;
        }
    }

    /** To be called when the transaction was rolled back: what was counted and set aside in it did not happen. */
    void rolledBack() {
        writer.missing(missingBefore);
        rows.conflicts(conflictsBefore);
        quarantineIsStale |= quarantine.timesWritten() != parkedBefore;
    }

    private void begin() {
        quarantine.letGo();
        if (quarantineIsStale) {
            quarantine.reload(session.tx());
            quarantineIsStale = false;
        }
        missingBefore = writer.missing();
        conflictsBefore = rows.conflicts();
        parkedBefore = quarantine.timesWritten();
    }

    private int applyTogether(List<TransactionPiece> pieces) throws DataRefused {
        Gathering gathering = new Gathering();
        for (TransactionPiece piece : pieces) {
            gathering.position = piece.position();
            List<Change> all = piece.changes();
            for (int i = 0; i < all.size(); i++) {
                mapped(all.get(i), piece, gathering);
            }
        }
        List<TargetChange> changes = gathering.changes;
        if (isSmall(changes.size(), pieces)) {
            guard.markSmall();
        } else if (!changes.isEmpty()) {
            guard.mark();
        }
        for (Run run : Coalescer.plan(changes)) {
            writer.write(run);
        }
        return changes.size();
    }

    /** Whoever reads the target's log cuts transactions at 4,096 changes or 1 MiB; triggers of the target may add to ours. */
    private static boolean isSmall(int changes, List<TransactionPiece> pieces) {
        if (changes == 0
                || changes > SMALL_CHANGES
                || !pieces.get(pieces.size() - 1).last()) {
            return false;
        }
        long weight = 0;
        for (TransactionPiece piece : pieces) {
            weight += piece.weight();
        }
        return weight <= SMALL_BYTES;
    }

    private void mapped(Change change, TransactionPiece piece, Gathering out) throws DataRefused {
        try {
            mapping.map(change, piece, out);
        } catch (RejectedException e) {
            throw new DataRefused(e);
        }
    }

    /** Takes what is made of one change after the other; one for a group, because there are many changes. */
    private final class Gathering implements Consumer<TargetChange> {

        private final List<TargetChange> changes = new ArrayList<>();
        private Position position = COPY;

        @Override
        public void accept(TargetChange made) {
            if (quarantine.holds(session.tx(), made)) {
                quarantine.park(session.tx(), made, position, Quarantine.BEHIND);
            } else {
                emptied(made, position);
                changes.add(made);
            }
        }
    }

    private void emptied(TargetChange change, Position position) {
        if (change.verb() == Verb.TRUNCATE) {
            quarantine.emptied(session.tx(), change.table().name(), position);
        }
    }

    /** Writes rows of a table that is being copied; those that a person has to look at first stay away. */
    int load(LoadedChunk chunk, boolean carefully) throws DataRefused {
        List<Change> changes = chunk.rows().stream().map(Change::insert).toList();
        // also an empty part: rows that the source has no more are deleted after it
        guard.mark();
        TransactionPiece piece = new TransactionPiece("copy", COPY, Instant.EPOCH, null, changes, true);
        return carefully ? applyCarefully(List.of(piece), true) : applyShort(List.of(piece));
    }

    /**
     * The same in the source's order; what the target refuses is set aside.
     *
     * @param toTheEnd whether that is also said of what it would refuse at COMMIT
     */
    int applyCarefully(List<TransactionPiece> pieces, boolean toTheEnd) {
        begin();
        guard.mark();
        return careful.apply(pieces, toTheEnd);
    }
}
