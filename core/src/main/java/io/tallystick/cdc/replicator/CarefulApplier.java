package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.cdc.replicator.RowByRow.Refusal;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes transactions in the source's order, row by row, and sets aside what the target refuses; also what it refuses only at COMMIT,
 * where the database can be asked before. In the open transaction of the target. For one thread.
 */
final class CarefulApplier {

    private final TargetSession session;
    private final Quarantine quarantine;
    private final PieceMapping mapping;
    private final RunWriter writer;
    private final RowByRow rows;

    CarefulApplier(
            TargetSession session, Quarantine quarantine, PieceMapping mapping, RunWriter writer, RowByRow rows) {
        this.session = session;
        this.quarantine = quarantine;
        this.mapping = mapping;
        this.writer = writer;
        this.rows = rows;
    }

    /**
     * Makes them and sets aside what is refused; how many were made.
     *
     * @param toTheEnd whether what the database looks at only at COMMIT is looked at after each transaction, and after the last piece
     *     when that ends none
     */
    int apply(List<TransactionPiece> pieces, boolean toTheEnd) {
        boolean late = toTheEnd && session.constraints().checksLate();
        int made = 0;
        List<TransactionPiece> transaction = new ArrayList<>();
        for (TransactionPiece piece : pieces) {
            transaction.add(piece);
            if (piece.last()) {
                made += transaction(transaction, late);
                transaction.clear();
            }
        }
        return made + transaction(transaction, late);
    }

    private int transaction(List<TransactionPiece> pieces, boolean late) {
        if (pieces.isEmpty()) {
            return 0;
        }
        Position position = pieces.get(0).position();
        List<List<TargetChange>> blocks = blocks(pieces);
        if (!late) {
            return straight(blocks, position);
        }
        Undo undo = undo();
        int made = straight(blocks, position);
        if (lateRefusal() == null) {
            undo.release();
            return made;
        }
        undo.rollback();
        int sifted = 0;
        for (List<TargetChange> block : blocks) {
            LateSieve sieve = new LateSieve(this, block, position);
            sifted += sieve.sift();
            sieve.left().forEach(refused -> park(refused, position));
        }
        return sifted;
    }

    /** Tables that were emptied together stand in a block of their own, in an order that their foreign keys allow. */
    private List<List<TargetChange>> blocks(List<TransactionPiece> pieces) {
        List<List<TargetChange>> blocks = new ArrayList<>();
        List<TargetChange> open = new ArrayList<>();
        boolean emptying = false;
        for (TransactionPiece piece : pieces) {
            for (Change change : piece.changes()) {
                boolean empties = change.operation() == Change.Operation.TRUNCATE;
                if (empties != emptying) {
                    close(blocks, open, emptying);
                    emptying = empties;
                }
                map(change, piece, open);
            }
        }
        close(blocks, open, emptying);
        return blocks;
    }

    private static void close(List<List<TargetChange>> blocks, List<TargetChange> open, boolean emptying) {
        if (open.isEmpty()) {
            return;
        }
        blocks.add(
                emptying
                        ? Coalescer.plan(open).stream()
                                .flatMap(run -> run.changes().stream())
                                .toList()
                        : List.copyOf(open));
        open.clear();
    }

    private void map(Change change, TransactionPiece piece, List<TargetChange> out) {
        try {
            mapping.map(change, piece, out::add);
        } catch (RejectedException e) {
            // what other legs of the route made of it is in the list all the same
            quarantine.parkUnmapped(session.tx(), change, piece.position(), e);
        }
    }

    private int straight(List<List<TargetChange>> blocks, Position position) {
        int made = 0;
        for (List<TargetChange> block : blocks) {
            for (TargetChange each : block) {
                Refusal refused = make(each, position);
                if (refused == null) {
                    made += rows.skipped() ? 0 : 1;
                } else {
                    park(refused, position);
                }
            }
        }
        return made;
    }

    /** Makes one change, unless an earlier one of its row waits, or it is refused. */
    @Nullable
    Refusal make(TargetChange change, Position position) {
        if (quarantine.holds(session.tx(), change)) {
            return new Refusal(change, Quarantine.BEHIND);
        }
        Refusal refused = rows.make(change, position);
        if (refused == null && change.verb() == Verb.TRUNCATE) {
            quarantine.emptied(session.tx(), change.table().name(), position);
        }
        return refused;
    }

    private void park(Refusal refused, Position position) {
        quarantine.park(session.tx(), refused.change(), position, refused.why());
        rows.setAside(refused, position);
    }

    Undo undo() {
        return new Undo();
    }

    /** Whether the last change was settled without writing anything. */
    boolean skipped() {
        return rows.skipped();
    }

    /** Why the database would refuse at COMMIT what was written until now; null when it would not. */
    @Nullable
    String lateRefusal() {
        try {
            session.constraints().checkLate();
            return null;
        } catch (SQLException e) {
            return Quarantine.AT_THE_END
                    + writer.refusedOrFailed(e, "what is checked at the end of a transaction")
                            .getMessage();
        }
    }

    /** A point to which everything can be put back. */
    final class Undo {

        private final Savepoint before;
        private final long missing = writer.missing();
        private final long conflicts = rows.conflicts();
        private final long remembered = quarantine.timesWritten();

        private Undo() {
            try {
                before = session.savepoint();
            } catch (SQLException e) {
                throw failed(e);
            }
        }

        void release() {
            try {
                session.release(before);
            } catch (SQLException e) {
                throw failed(e);
            }
        }

        void rollback() {
            try {
                session.rollbackTo(before);
            } catch (SQLException e) {
                throw failed(e);
            }
            writer.missing(missing);
            rows.conflicts(conflicts);
            quarantine.letGo();
            if (quarantine.timesWritten() != remembered) {
                quarantine.reload(session.tx());
            }
        }

        private RuntimeException failed(SQLException e) {
            return SqlErrors.translate(e, session.tx().dialect(), false, "setting a savepoint at a target");
        }
    }
}
