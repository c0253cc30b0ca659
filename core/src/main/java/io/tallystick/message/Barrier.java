package io.tallystick.message;

import static io.tallystick.message.BarrierRows.State.DONE;
import static io.tallystick.message.BarrierRows.State.REFUSED;
import static io.tallystick.message.BarrierRows.State.TOMBSTONE;

import io.tallystick.jdbc.Tx;
import io.tallystick.message.Passage.Kind;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;

/**
 * Lets each operation take effect once, in the participant's own transaction. One row for each {@link OperationKey} is
 * inserted before the work, so that of two copies one waits for the other and then repeats its reply; the row, the
 * business rows and the stored reply commit together or not at all. The compensation inserts the row of its action
 * too: when that succeeds, the action never came, there is nothing to undo, and the action is refused if it still
 * comes. (The idea is the sub-transaction barrier of dtm.)
 *
 * <p>Run it first in the transaction, at READ COMMITTED, and run the whole transaction again on a
 * {@link io.tallystick.jdbc.ConflictException}. Stateless and thread-safe.
 */
public final class Barrier {
    /** Refusal code of an action that came after its compensation. */
    public static final String COMPENSATED = "COMPENSATED";
    /** Refusal code of a new operation for an instance that has ended. */
    public static final String ENDED = "ENDED";
    /** Refusal code of an operation that a replaced owner asked for; never sent as a reply. */
    public static final String STALE_EPOCH = "STALE_EPOCH";

    private final BarrierRows rows = new BarrierRows();

    /** The work behind the barrier. */
    @FunctionalInterface
    public interface Work {
        /**
         * Does the operation in the barrier's transaction. What it wrote is undone when it refuses.
         *
         * @throws Exception if the operation did not happen; the whole transaction must be rolled back
         */
        Reply run() throws Exception;
    }

    /**
     * Runs the work unless the operation was seen before or must not happen any more.
     *
     * @param epoch of the owner that asks; 0 if owners are not told apart
     * @throws io.tallystick.jdbc.ConflictException on deadlock or lock timeout; run the whole transaction again
     * @throws Exception what the work threw; the transaction must be rolled back, and with it goes the barrier's row
     */
    public Passage pass(Tx tx, OperationKey key, long epoch, Effect effect, Work work) throws Exception {
        boolean first = rows.insert(tx, key, epoch, DONE);
        BarrierRows.Instance instance = rows.instance(tx, key.instance());
        if (instance.epoch() > epoch) {
            return stale(tx, key, epoch, first, instance.epoch());
        }
        if (!first) {
            return again(tx, key, epoch);
        }
        if (instance.ended()) {
            return refused(tx, key, Kind.ENDED, ENDED, "instance " + key.instance() + " has ended");
        }
        if (key.phase() == Phase.COMPENSATION && nothingToUndo(tx, key, epoch, effect)) {
            return new Passage(Kind.EMPTY, Reply.done());
        }
        return new Passage(Kind.EXECUTED, run(tx, key, work));
    }

    /**
     * Notes that an instance has ended; from now on it gets no new operations, and {@link #purge} may forget it.
     *
     * @param at when it ended, by the clock whose "before" is later given to {@link #purge}
     */
    public void markEnded(Tx tx, String instance, Instant at) {
        rows.markEnded(tx, instance, at);
    }

    /**
     * Forgets instances that ended before a time, a bounded number at a call; call again until it returns 0. The rows
     * of an instance that has not ended are kept, however old they are.
     *
     * @param before now less the longest time after which a message can still be delivered again
     * @return number of instances forgotten
     */
    public int purge(Tx tx, Instant before) {
        return rows.purge(tx, before);
    }

    private Passage stale(Tx tx, OperationKey key, long epoch, boolean first, long seen) {
        if (first) {
            rows.delete(tx, key);
        }
        return new Passage(
                Kind.STALE,
                Reply.refused(
                        STALE_EPOCH,
                        key + " was asked for by epoch " + epoch + ", but epoch " + seen + " has taken over"));
    }

    private Passage again(Tx tx, OperationKey key, long epoch) {
        BarrierRows.Stored stored = rows.locked(tx, key);
        if (stored.epoch() < epoch) {
            rows.raiseEpoch(tx, key, epoch);
        }
        return stored.state() == TOMBSTONE
                ? new Passage(Kind.LATE, Reply.refused(COMPENSATED, key + " came after its compensation"))
                : new Passage(Kind.REPLAYED, stored.reply());
    }

    private boolean nothingToUndo(Tx tx, OperationKey key, long epoch, Effect effect) {
        if (rows.insert(tx, key.action(), epoch, TOMBSTONE)) {
            return effect == Effect.TRANSACTIONAL;
        }
        BarrierRows.State action = rows.locked(tx, key.action()).state();
        return action == REFUSED || action == TOMBSTONE && effect == Effect.TRANSACTIONAL;
    }

    private Passage refused(Tx tx, OperationKey key, Kind kind, String code, String reason) {
        Reply reply = Reply.refused(code, reason);
        rows.store(tx, key, reply);
        return new Passage(kind, reply);
    }

    private Reply run(Tx tx, OperationKey key, Work work) throws Exception {
        Savepoint before = tx.connection().setSavepoint();
        Reply reply = work.run();
        if (reply instanceof Reply.Refused) {
            undo(tx, before);
        }
        if (!reply.equals(Reply.done())) {
            rows.store(tx, key, reply);
        }
        return reply;
    }

    private static void undo(Tx tx, Savepoint before) throws SQLException {
        tx.connection().rollback(before);
    }
}
