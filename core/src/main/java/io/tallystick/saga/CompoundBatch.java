package io.tallystick.saga;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A batch as one compound statement of MariaDB: a round trip for everything, where statement by statement takes one each
 * and more to begin, to commit and to set up the connection. The server stops at the first statement that fails, so
 * COMMIT is only reached when all is well.
 */
final class CompoundBatch {

    private static final String WHOLE =
            "BEGIN NOT ATOMIC SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION; ";
    private static final String CONTINUED = "BEGIN NOT ATOMIC ";
    private static final String END = "COMMIT; END";

    private final SagaStore.Lease lease;
    private final SqlText text = new SqlText();
    private final int limit;
    private final int wait;

    private CompoundBatch(SagaStore.Lease lease, int limit, int wait) {
        this.lease = lease;
        this.limit = limit;
        this.wait = wait;
    }

    /**
     * The batch in a transaction of its own.
     *
     * @param limit the longest text, in bytes
     * @param wait for a business key that another transaction has not committed yet, in seconds; that must not hold up the engine
     * @return empty when the text would be longer
     */
    static Optional<String> whole(SagaStore.Lease lease, SagaRows rows, int limit, int wait) {
        CompoundBatch batch = new CompoundBatch(lease, limit, wait);
        batch.text.sql(WHOLE);
        return batch.starts(rows.starts()) ? batch.rest(rows) : Optional.empty();
    }

    /** The rows but for starts, and COMMIT, at the end of a transaction that is open. */
    static Optional<String> end(SagaStore.Lease lease, SagaRows rows, int limit) {
        CompoundBatch batch = new CompoundBatch(lease, limit, 0);
        batch.text.sql(CONTINUED);
        return batch.rest(rows);
    }

    private Optional<String> rest(SagaRows rows) {
        fence();
        if (!events(rows.events())) {
            return Optional.empty();
        }
        changes(rows.changes());
        rows.verdicts().forEach(this::verdict);
        text.sql(END);
        return fits() ? Optional.of(text.toString()) : Optional.empty();
    }

    private boolean fits() {
        return text.length() <= limit;
    }

    private boolean starts(List<SagaRows.Start> rows) {
        if (rows.isEmpty()) {
            return true;
        }
        text.sql("SET STATEMENT innodb_lock_wait_timeout = ").number(wait);
        text.sql(" FOR INSERT INTO tally_saga (id, started_at, ended_at,"
                + " parent_id, type_id, definition_id, status, owner, business_key, correlation_id, parent_step,"
                + " payload) VALUES ");
        for (int i = 0; i < rows.size() && fits(); i++) {
            start(rows.get(i), i);
        }
        text.sql("; ");
        return fits();
    }

    private void start(SagaRows.Start row, int index) {
        SagaHead head = row.head();
        text.comma(index).sql("(").number(row.id()).sql(", ").time(head.startedAt());
        text.sql(", ").time(row.endedAt()).sql(", ").number(row.parentId());
        text.sql(", ").number(row.typeId()).sql(", ").number(row.definitionId());
        text.sql(", ").number(row.status().code()).sql(", ");
        if (row.status().ended()) {
            text.sql("NULL");
        } else {
            text.number(lease.engine());
        }
        text.sql(", ").text(head.businessKey()).sql(", ").text(row.correlationId());
        text.sql(", ")
                .text(row.parentStep())
                .sql(", ")
                .text(row.saga().payload())
                .sql(")");
    }

    /** The lock makes a usurper wait for the end of the transaction. */
    private void fence() {
        text.sql("IF NOT EXISTS (SELECT 1 FROM tally_engine WHERE id = ").number(lease.engine());
        text.sql(" AND epoch = ").number(lease.epoch());
        text.sql(" LOCK IN SHARE MODE) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this engine''s epoch is over';"
                + " END IF; ");
    }

    private boolean events(List<SagaRows.Event> rows) {
        if (rows.isEmpty()) {
            return true;
        }
        text.sql("INSERT INTO tally_saga_event (saga_id, seq, at, attempt, execution, kind, phase, step, data, epoch)"
                + " VALUES ");
        for (int i = 0; i < rows.size() && fits(); i++) {
            event(rows.get(i), i);
        }
        text.sql("; ");
        return fits();
    }

    private void event(SagaRows.Event row, int index) {
        SagaEventCodec.Coded coded = row.coded();
        text.comma(index).sql("(").number(row.saga().value()).sql(", ").number(row.seq());
        text.sql(", ")
                .time(row.at())
                .sql(", ")
                .number(coded.attempt())
                .sql(", ")
                .number(coded.execution());
        text.sql(", ").number(coded.kind()).sql(", ").number(coded.phase());
        text.sql(", ").text(coded.step()).sql(", ").text(coded.data());
        text.sql(", ").number(lease.epoch()).sql(")");
    }

    private record Same(
            SagaStatus status,
            @Nullable Instant endedAt,
            @Nullable Integer definitionId) {}

    /** Sagas that change alike share a statement: most of a batch have ended, and at one moment. */
    private void changes(List<SagaRows.Change> rows) {
        Map<Same, List<SagaId>> alike = new LinkedHashMap<>();
        for (SagaRows.Change row : rows) {
            Same same = new Same(row.status(), row.endedAt(), row.definitionId());
            alike.computeIfAbsent(same, key -> new ArrayList<>()).add(row.saga());
        }
        alike.forEach(this::change);
    }

    private void change(Same same, List<SagaId> sagas) {
        // by the key and never by a scan: that would lock other rows of a small table
        text.sql("UPDATE tally_saga FORCE INDEX (PRIMARY) SET status = ")
                .number(same.status().code());
        text.sql(", ended_at = ").time(same.endedAt());
        text.sql(same.endedAt() == null ? "" : ", owner = NULL");
        if (same.definitionId() != null) {
            text.sql(", definition_id = ").number(same.definitionId());
        }
        text.sql(" WHERE id IN (");
        for (int i = 0; i < sagas.size(); i++) {
            text.comma(i).number(sagas.get(i).value());
        }
        text.sql("); ");
    }

    private void verdict(SagaStore.Verdict verdict) {
        text.sql("DELETE FROM tally_saga_request WHERE id = ").number(verdict.request());
        text.sql(" AND kind IS NULL; UPDATE tally_saga_request SET answered_at = UTC_TIMESTAMP(6), refusal = ");
        text.text(verdict.refusal())
                .sql(" WHERE id = ")
                .number(verdict.request())
                .sql("; ");
    }
}
