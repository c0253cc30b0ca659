package io.tallystick.cdc;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some changes of one source transaction, in the order in which they were made. A transaction is one piece, or several
 * in a row when it is large; only committed transactions are delivered, one after the other in the order of their
 * commits. A last piece without changes says only how far the log was read.
 *
 * @param transaction the source's name for it: PostgreSQL's xid, a GTID
 * @param position the transaction's place in the log, the same in all its pieces: who has applied it goes on after this.
 *     PostgreSQL's BEGIN and the GTID event tell it before the first change
 * @param at the source's clock at the commit
 * @param origin where the transaction came from when another replication made it: its tag, for stopping loops
 * @param last whether the transaction ends with this piece
 */
public record TransactionPiece(
        String transaction,
        Position position,
        Instant at,
        @Nullable String origin,
        List<Change> changes,
        boolean last) {

    /** Says that the log was read up to here and holds nothing more for this pipeline. */
    public static TransactionPiece progress(Position position, Instant at) {
        return new TransactionPiece("", position, at, null, List.of(), true);
    }

    /** About how much memory this piece holds, in bytes. */
    public long weight() {
        long sum = 128;
        for (Change change : changes) {
            sum += change.weight();
        }
        return sum;
    }
}
