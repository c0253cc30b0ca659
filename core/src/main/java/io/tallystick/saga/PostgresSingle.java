package io.tallystick.saga;

import io.tallystick.jdbc.Tx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The batch of an engine with few clients: one start, or one event with or without its change of status. As plain rows
 * instead of arrays they cost PostgreSQL a third less processor time, and with few clients that time is waited for.
 */
final class PostgresSingle {

    /**
     * What came of an attempt needs no lock: its number lets only one owner write it, and a usurper that has not seen it makes the same
     * attempt again, under the same key, and finds it when it stores the answer. Nobody's uncommitted row holds up the engine.
     */
    private static final String FENCE = """
              FROM (SELECT epoch, set_config('lock_timeout', '2000', true) FROM tally_engine WHERE id = ? AND epoch = ?)
                AS fence
            """;

    /** For all others a usurper waits: what it does not see when it loads its sagas it may never come to look at. */
    private static final String LOCKED_FENCE = FENCE.replace("AND epoch = ?)", "AND epoch = ? FOR SHARE)");

    /** From whatever fences it. */
    static final String START = """
            INSERT INTO tally_saga (id, started_at, ended_at, parent_id, type_id, definition_id, status, owner,
                                    business_key, correlation_id, parent_step, payload)
            SELECT ?::bigint, timestamptz 'epoch' + ?::bigint * interval '1 microsecond',
                   timestamptz 'epoch' + ?::bigint * interval '1 microsecond', ?::bigint, ?::int, ?::int, ?::smallint,
                   ?::smallint, ?::text, ?::text, ?::text, ?::text
            """;

    private static final String START_UNLESS_THERE =
            START + LOCKED_FENCE + "ON CONFLICT (business_key, type_id) DO NOTHING";

    private static final String EVENT_ROW = """
            INSERT INTO tally_saga_event (epoch, saga_id, at, seq, attempt, execution, kind, phase, step, data)
            SELECT epoch, ?::bigint, timestamptz 'epoch' + ?::bigint * interval '1 microsecond', ?::int, ?::int,
                   ?::smallint, ?::smallint, ?::smallint, ?::text, ?::text
            """;

    private static final String CHANGE = """
            UPDATE tally_saga s
               SET status = ?::smallint, ended_at = timestamptz 'epoch' + ?::bigint * interval '1 microsecond',
                   owner = CASE WHEN ?::boolean THEN NULL ELSE s.owner END,
                   definition_id = coalesce(?::int, s.definition_id)
              FROM happened
             WHERE s.id = ?::bigint
            """;

    private static final String EVENT = EVENT_ROW + FENCE;
    private static final String EVENT_AND_CHANGE = andChange(EVENT);
    private static final String LOCKED_EVENT = EVENT_ROW + LOCKED_FENCE;
    private static final String LOCKED_EVENT_AND_CHANGE = andChange(LOCKED_EVENT);

    private PostgresSingle() {}

    private static String andChange(String event) {
        return "WITH happened AS (" + event + " RETURNING saga_id)" + CHANGE;
    }

    static boolean fits(SagaRows rows) {
        int starts = rows.starts().size();
        int events = rows.events().size();
        int changes = rows.changes().size();
        return rows.verdicts().isEmpty()
                && (starts == 1 && events == 0 && changes == 0 || starts == 0 && events == 1 && fitsEvent(rows));
    }

    private static boolean fitsEvent(SagaRows rows) {
        List<SagaRows.Change> changes = rows.changes();
        return changes.isEmpty()
                || changes.size() == 1
                        && changes.get(0).saga().equals(rows.events().get(0).saga());
    }

    /** False when the epoch is over, when the business key is taken, or when the row to change is gone. */
    static boolean store(Tx tx, SagaStore.Lease lease, SagaRows rows) {
        SqlArguments arguments = new SqlArguments();
        String sql = rows.starts().isEmpty()
                ? event(arguments, lease, rows)
                : start(arguments, lease, rows.starts().get(0));
        return tx.update(sql, arguments.toArray()) == 1;
    }

    private static String start(SqlArguments arguments, SagaStore.Lease lease, SagaRows.Start row) {
        addStart(arguments, lease, row);
        arguments.add(lease.engine(), lease.epoch());
        return START_UNLESS_THERE;
    }

    static void addStart(SqlArguments arguments, SagaStore.Lease lease, SagaRows.Start row) {
        @Nullable Long ended = SagaRows.microsOrNull(row.endedAt());
        arguments.add(row.id(), SagaRows.micros(row.head().startedAt()), ended, row.parentId(), row.typeId());
        arguments.add(row.definitionId(), row.status().code());
        arguments.add(row.status().ended() ? null : Integer.valueOf(lease.engine()));
        arguments.add(row.head().businessKey(), row.correlationId(), row.parentStep());
        arguments.add(row.saga().payload());
    }

    private static String event(SqlArguments arguments, SagaStore.Lease lease, SagaRows rows) {
        SagaRows.Event row = rows.events().get(0);
        SagaEventCodec.Coded coded = row.coded();
        arguments.add(row.saga().value(), SagaRows.micros(row.at()), row.seq(), coded.attempt(), coded.execution());
        arguments.add(coded.kind(), coded.phase(), coded.step(), coded.data(), lease.engine(), lease.epoch());
        if (rows.changes().isEmpty()) {
            return row.repeats() ? EVENT : LOCKED_EVENT;
        }
        SagaRows.Change change = rows.changes().get(0);
        @Nullable Long ended = SagaRows.microsOrNull(change.endedAt());
        arguments.add(change.status().code(), ended, ended != null, change.definitionId());
        arguments.add(row.saga().value());
        return row.repeats() ? EVENT_AND_CHANGE : LOCKED_EVENT_AND_CHANGE;
    }
}
