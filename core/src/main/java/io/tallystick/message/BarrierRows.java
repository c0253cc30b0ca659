package io.tallystick.message;

import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.Tx;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The tables tally_barrier and tally_ended. A row is inserted as DONE with an empty reply, the commonest ending. */
final class BarrierRows {
    private static final int PURGED_AT_ONCE = 500;
    private static final List<String> COLUMNS =
            List.of("instance", "step", "phase", "execution", "state", "epoch", "reply");

    enum State {
        DONE,
        REFUSED,
        TOMBSTONE
    }

    record Instance(long epoch, boolean ended) {}

    record Stored(State state, long epoch, @Nullable String code, String text) {
        Reply reply() {
            return code == null ? Reply.done(text) : Reply.refused(code, text);
        }
    }

    boolean insert(Tx tx, OperationKey key, long epoch, State state) {
        return tx.insertFirst(
                "tally_barrier",
                COLUMNS,
                key.instance(),
                key.step(),
                key.phase().word(),
                key.execution(),
                state.name(),
                epoch,
                "");
    }

    Instance instance(Tx tx, String instance) {
        return tx.queryOne(
                        """
                        SELECT (SELECT COALESCE(MAX(epoch), 0) FROM tally_barrier WHERE instance = ?) AS epoch,
                               (SELECT COUNT(*) FROM tally_ended WHERE instance = ?) AS ended
                        """,
                        row -> new Instance(row.longValue("epoch"), row.longValue("ended") > 0),
                        instance,
                        instance)
                .orElseThrow();
    }

    /** A locking read: it sees what the one before us committed even in a transaction that had begun to read earlier. */
    Stored locked(Tx tx, OperationKey key) {
        return tx.queryOne(
                        """
                        SELECT state, epoch, code, reply FROM tally_barrier
                        WHERE instance = ? AND step = ? AND phase = ? AND execution = ? FOR UPDATE
                        """,
                        row -> new Stored(
                                State.valueOf(row.string("state")),
                                row.longValue("epoch"),
                                row.text("code"),
                                Objects.requireNonNullElse(row.text("reply"), "")),
                        key.instance(),
                        key.step(),
                        key.phase().word(),
                        key.execution())
                .orElseThrow(() -> new CorruptionException("barrier row of " + key
                        + " existed a moment ago and is gone; was tally_barrier edited or purged while in use?"));
    }

    void store(Tx tx, OperationKey key, Reply reply) {
        boolean done = reply instanceof Reply.Done;
        update(
                tx,
                "state = ?, code = ?, reply = ?",
                key,
                done ? State.DONE.name() : State.REFUSED.name(),
                reply instanceof Reply.Refused refused ? refused.code() : null,
                reply instanceof Reply.Done d ? d.body() : ((Reply.Refused) reply).reason());
    }

    void raiseEpoch(Tx tx, OperationKey key, long epoch) {
        update(tx, "epoch = ?", key, epoch);
    }

    void delete(Tx tx, OperationKey key) {
        tx.update(
                "DELETE FROM tally_barrier WHERE instance = ? AND step = ? AND phase = ? AND execution = ?",
                key.instance(),
                key.step(),
                key.phase().word(),
                key.execution());
    }

    void markEnded(Tx tx, String instance, Instant at) {
        tx.insertFirst("tally_ended", List.of("instance", "ended_at"), instance, at);
    }

    int purge(Tx tx, Instant before) {
        List<String> ended = tx.query(
                "SELECT instance FROM tally_ended WHERE ended_at < ? ORDER BY ended_at LIMIT " + PURGED_AT_ONCE
                        + " FOR UPDATE SKIP LOCKED",
                row -> row.string("instance"),
                before);
        List<Object[]> keys = ended.stream().map(i -> new Object[] {i}).toList();
        tx.batch("DELETE FROM tally_barrier WHERE instance = ?", keys);
        tx.batch("DELETE FROM tally_ended WHERE instance = ?", keys);
        return ended.size();
    }

    private static void update(Tx tx, String set, OperationKey key, @Nullable Object... values) {
        @Nullable Object[] args = new @Nullable Object[values.length + 4];
        System.arraycopy(values, 0, args, 0, values.length);
        args[values.length] = key.instance();
        args[values.length + 1] = key.step();
        args[values.length + 2] = key.phase().word();
        args[values.length + 3] = key.execution();
        tx.update(
                "UPDATE tally_barrier SET " + set + " WHERE instance = ? AND step = ? AND phase = ? AND execution = ?",
                args);
    }
}
