package io.tallystick.message;

import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table tally_outgoing: the client's journal of requests whose outcome it must learn. */
final class OutgoingRows {
    private static final String BY_KEY = " WHERE operation = ? AND op_key = ?";
    private static final int PURGED_AT_ONCE = 500;

    enum State {
        OPEN,
        DONE,
        REFUSED
    }

    /**
     * One request as claimed for an attempt.
     *
     * @param maybeSent how many attempts, this one included, may have reached the far end
     * @param late the time to give up has come
     */
    record Claimed(String operation, String key, String request, int attempts, int maybeSent, boolean late) {}

    record Known(
            State state,
            String answer,
            boolean replayed,
            @Nullable String lastProblem) {}

    boolean journal(Tx tx, Outcome.Ticket ticket, String request, Duration firstAttemptIn, Duration giveUpAfter) {
        String sql = """
                INSERT INTO tally_outgoing (operation, op_key, request, state, attempts, maybe_sent, replayed, answer,
                                            next_at, give_up_at)
                VALUES (?, ?, ?, 'OPEN', 0, 0, ?, '', %1$s, %1$s)
                """.formatted(tx.dialect().nowPlusMicros());
        return tx.update(
                        sql,
                        ticket.operation(),
                        ticket.key(),
                        request,
                        false,
                        micros(firstAttemptIn),
                        micros(giveUpAfter))
                == 1;
    }

    /** Takes one open request for an attempt, unless somebody else is at it; the attempt is counted before it is made. */
    Optional<Claimed> claim(Tx tx, Outcome.Ticket ticket, String owner, Duration lease) {
        Optional<Claimed> found = tx.queryOne(
                claimable(tx) + " AND operation = ? AND op_key = ? FOR UPDATE SKIP LOCKED",
                OutgoingRows::claimed,
                ticket.operation(),
                ticket.key());
        found.ifPresent(claimed -> take(tx, claimed, owner, lease));
        return found;
    }

    /** Takes the longest waiting request that is due. */
    Optional<Claimed> claimDue(Tx tx, String operation, String owner, Duration lease) {
        Optional<Claimed> found = tx.queryOne(
                claimable(tx) + " AND operation = ? AND next_at <= "
                        + tx.dialect().now() + " ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED",
                OutgoingRows::claimed,
                operation);
        found.ifPresent(claimed -> take(tx, claimed, owner, lease));
        return found;
    }

    /** Notes what the attempt told; does nothing if another owner has taken over since. */
    void record(Tx tx, Claimed claimed, String owner, Known known) {
        tx.update(
                "UPDATE tally_outgoing SET state = ?, answer = ?, replayed = ?, last_problem = ?, owner = NULL" + BY_KEY
                        + " AND owner = ? AND state = 'OPEN'",
                known.state().name(),
                known.answer(),
                known.replayed(),
                known.lastProblem(),
                claimed.operation(),
                claimed.key(),
                owner);
    }

    void again(Tx tx, Claimed claimed, String owner, int maybeSent, Duration pause, String problem) {
        tx.update(
                "UPDATE tally_outgoing SET last_problem = ?, maybe_sent = ?, owner = NULL, next_at = "
                        + tx.dialect().nowPlusMicros() + BY_KEY + " AND owner = ? AND state = 'OPEN'",
                problem,
                maybeSent,
                micros(pause),
                claimed.operation(),
                claimed.key(),
                owner);
    }

    Optional<Known> known(Tx tx, Outcome.Ticket ticket) {
        return tx.queryOne(
                "SELECT state, answer, replayed, last_problem FROM tally_outgoing" + BY_KEY,
                row -> new Known(
                        State.valueOf(row.string("state")),
                        Objects.requireNonNullElse(row.text("answer"), ""),
                        row.bool("replayed"),
                        row.text("last_problem")),
                ticket.operation(),
                ticket.key());
    }

    List<Outcome.Ticket> open(Tx tx, String operation, int limit) {
        return tx.query(
                "SELECT operation, op_key, last_problem FROM tally_outgoing WHERE state = 'OPEN' AND operation = ?"
                        + " ORDER BY created_at LIMIT " + limit,
                row -> new Outcome.Ticket(row.string("operation"), row.string("op_key"), row.text("last_problem")),
                operation);
    }

    /** Of those whose outcome is known. */
    int purge(Tx tx, String operation, Duration age) {
        List<Object[]> keys = tx.query(
                "SELECT op_key FROM tally_outgoing WHERE state IN ('DONE', 'REFUSED') AND next_at < "
                        + tx.dialect().nowPlusMicros() + " AND operation = ? LIMIT " + PURGED_AT_ONCE
                        + " FOR UPDATE SKIP LOCKED",
                row -> new Object[] {operation, row.string("op_key")},
                -micros(age),
                operation);
        tx.batch("DELETE FROM tally_outgoing" + BY_KEY, keys);
        return keys.size();
    }

    private void take(Tx tx, Claimed claimed, String owner, Duration lease) {
        tx.update(
                "UPDATE tally_outgoing SET owner = ?, attempts = ?, maybe_sent = ?, lease_until = "
                        + tx.dialect().nowPlusMicros() + BY_KEY,
                owner,
                claimed.attempts(),
                claimed.maybeSent(),
                micros(lease),
                claimed.operation(),
                claimed.key());
    }

    private static String claimable(Tx tx) {
        return """
                SELECT operation, op_key, request, attempts, maybe_sent,
                       CASE WHEN give_up_at <= %1$s THEN 1 ELSE 0 END AS late
                FROM tally_outgoing
                WHERE state = 'OPEN' AND (owner IS NULL OR lease_until < %1$s)
                """.formatted(tx.dialect().now());
    }

    private static Claimed claimed(Row row) throws SQLException {
        return new Claimed(
                row.string("operation"),
                row.string("op_key"),
                row.string("request"),
                row.intValue("attempts") + 1,
                row.intValue("maybe_sent") + 1,
                row.intValue("late") == 1);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
