package io.tallystick.cdc.replicator;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction that alone is larger than the whole spool. It would never fit, and half of it would be of no use to anybody: so it is
 * not kept there but read again, when those that go round have caught up, and goes to every target through memory. Until a target has
 * it, that target is not led round. For the thread of the reading, but for what says otherwise.
 */
final class LargeTransaction {

    private static final Logger LOG = LoggerFactory.getLogger(LargeTransaction.class);

    private final PieceSpool spool;
    private final List<Flow> flows;
    private final BiPredicate<Position, Position> covers;
    /** What lay in the spool when the transaction in work began; −1 between two. */
    private long before = -1;

    private @Nullable Position position;
    private String name = "";
    private long bytes;
    private volatile @Nullable String alarm;

    LargeTransaction(PieceSpool spool, List<Flow> flows, BiPredicate<Position, Position> covers) {
        this.spool = spool;
        this.flows = flows;
        this.covers = covers;
    }

    /** The log is read anew: what was begun is void. */
    void beginAnew() {
        before = -1;
    }

    /** To be called before a piece is appended; of small transactions nothing is asked. */
    void begins(TransactionPiece piece) {
        if (before < 0 && !piece.last()) {
            before = spool.bytes();
        }
    }

    /** Whether the transaction of the piece that was appended turns out to be too large. */
    boolean isFoundBy(TransactionPiece piece) {
        if (piece.last()) {
            before = -1;
            return false;
        }
        long written = spool.bytes() - before;
        if (written <= spool.settings().limitBytes()) {
            return false;
        }
        before = -1;
        position = piece.position();
        name = piece.transaction() + " (committed at " + piece.at() + ")";
        bytes = written;
        return true;
    }

    /** Whether this is a piece of it. */
    boolean has(TransactionPiece piece) {
        Position known = position;
        return known != null && covers.test(known, piece.position()) && covers.test(piece.position(), known);
    }

    /** Whether this target has to take it through memory first. */
    boolean isBefore(Flow flow) {
        Position known = position;
        Position durable = flow.progress().durable();
        return known != null && (durable == null || !covers.test(durable, known));
    }

    /** Forgets it when every target has it. */
    void look() {
        if (position != null && flows.stream().noneMatch(this::isBefore)) {
            LOG.info("transaction {} has arrived everywhere", name);
            position = null;
            alarm = null;
        }
    }

    /** It moves. */
    void moves() {
        alarm = null;
    }

    /** It waits, and all that follows it. */
    void waitsFor(List<String> targets) {
        if (alarm == null) {
            alarm = "transaction " + name + " is larger than the whole spool: " + bytes
                    + " bytes of it were read, and the limit of the spool in "
                    + spool.settings().directory() + " is " + spool.settings().limitBytes()
                    + " (spool: limit). It waits, and all that follows it, until " + targets
                    + " can take it; the source keeps its log, and nothing is lost. Mend " + targets
                    + ", or raise the limit well above that and restart";
            LOG.error("{}", alarm);
        }
    }

    /** Why the reading waits for it; null while it does not. Any thread may ask. */
    @Nullable
    String alarm() {
        return alarm;
    }
}
