package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table through which others ask something of a saga's owner. */
final class SagaRequests {

    static final String ENDED = "the saga has ended; ends never change";

    private SagaRequests() {}

    /** @param event null to have the saga picked up by its owner */
    static long leave(Tx tx, SagaId saga, SagaEventCodec.@Nullable Coded event) {
        String sql =
                "INSERT INTO tally_saga_request (saga_id, at, kind, step, phase, execution, attempt, data) VALUES (?, "
                        + tx.dialect().now() + ", ?, ?, ?, ?, ?, ?)";
        if (event == null) {
            return tx.insertReturningKey(sql, saga.value(), null, null, 0, 0, 0, null);
        }
        return tx.insertReturningKey(
                sql,
                saga.value(),
                event.kind(),
                event.step(),
                event.phase(),
                event.execution(),
                event.attempt(),
                event.data());
    }

    static List<SagaStore.Request> open(Tx tx, SagaReader reader, SagaStore.Lease lease, int limit) {
        return tx.query(
                "SELECT r.id, r.saga_id, r.kind, r.step, r.phase, r.execution, r.attempt, r.data"
                        + " FROM tally_saga_request r JOIN tally_saga s ON s.id = r.saga_id"
                        + " WHERE r.answered_at IS NULL AND s.owner = ? ORDER BY r.id "
                        + tx.dialect().limit(limit),
                reader::request,
                lease.engine());
    }

    /** A request that came just when the saga ended is answered by its end: it has no owner any more. */
    static Optional<SagaLedger.Answer> answer(Tx tx, long request) {
        record Found(
                boolean answered,
                @Nullable String refusal,
                @Nullable Integer status) {}
        Optional<Found> found = tx.queryOne(
                "SELECT r.answered_at, r.refusal, s.status FROM tally_saga_request r"
                        + " LEFT JOIN tally_saga s ON s.id = r.saga_id WHERE r.id = ? FOR UPDATE"
                        + (tx.dialect().isInnoDb() ? "" : " OF r"),
                row -> new Found(!row.isNull("answered_at"), row.text("refusal"), row.intOrNull("status")),
                request);
        if (found.isEmpty()) {
            throw new RejectedException("there is no request " + request + ", or its answer was read before");
        }
        Found row = found.get();
        boolean ended = row.status() == null || SagaStatus.of(row.status()).ended();
        if (!row.answered() && !ended) {
            return Optional.empty();
        }
        tx.update("DELETE FROM tally_saga_request WHERE id = ?", request);
        return Optional.of(new SagaLedger.Answer(row.answered() ? row.refusal() : ENDED));
    }
}
