package io.tallystick.cdc;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some changes of one source transaction, in the order in which they were made. A transaction is one piece, or several
 * in a row when it is large; only committed transactions are delivered, one after the other in the order of their
 * commits. A piece without changes that carries a commit says only how far the log was read.
 *
 * @param transaction the source's name for it: PostgreSQL's xid, a GTID
 * @param commit set on the last piece only
 */
public record TransactionPiece(
        String transaction, List<Change> changes, @Nullable Commit commit) {

    /**
     * The end of a transaction.
     *
     * @param position where the log goes on after it
     * @param at the source's clock at the commit
     * @param origin where the transaction came from when another replication made it: its tag, for stopping loops
     */
    public record Commit(
            Position position, Instant at, @Nullable String origin) {}

    public boolean isLast() {
        return commit != null;
    }

    /** About how much memory this piece holds, in bytes. */
    public long weight() {
        long sum = 64;
        for (Change change : changes) {
            sum += change.weight();
        }
        return sum;
    }
}
