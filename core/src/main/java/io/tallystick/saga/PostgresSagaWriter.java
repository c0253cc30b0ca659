package io.tallystick.saga;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.Tx;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores a batch in PostgreSQL as one statement with arrays for its rows: a round trip costs more than the work in it.
 * LIMIT with a parameter keeps the planner's guess of the changed rows at one: a plan that it keeps from when the table
 * was small would otherwise scan the table for ever. Needs READ COMMITTED, so that the fence sees an epoch that was raised while it waited. Thread-safe.
 */
final class PostgresSagaWriter implements SagaWriter {

    /**
     * The lock makes a usurper wait for the end of this batch. The lock timeout is set first of all, inside the
     * statement: a start whose business key another transaction has not committed yet must not hold up the engine.
     */
    private static final String LOCKED_FENCE = """
            WITH fence AS MATERIALIZED (
              SELECT epoch, set_config('lock_timeout', '2000', true) FROM tally_engine WHERE id = ? AND epoch = ?
                 FOR SHARE)""";

    private static final String HASTY_FENCE = LOCKED_FENCE.replace("'2000'", "'50'");

    /** Without a lock: the event number and NOT NULL on its epoch suffice, and row locks shared by many cost WAL. */
    private static final String PLAIN_FENCE = """
            WITH fence AS MATERIALIZED (SELECT epoch FROM tally_engine WHERE id = ? AND epoch = ?)""";

    private static final String STARTS = """
            , started AS (
              INSERT INTO tally_saga (id, started_at, ended_at, parent_id, type_id, definition_id, status, owner,
                                      business_key, correlation_id, parent_step, payload)
              SELECT n.id, timestamptz 'epoch' + n.started * interval '1 microsecond',
                     timestamptz 'epoch' + n.ended * interval '1 microsecond',
                     n.parent, n.type, n.definition, n.status, n.owner, n.key, n.correlation, n.step, n.payload
                FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::smallint[],
                            ?::smallint[], ?::text[], ?::text[], ?::text[], ?::text[])
                  AS n(id, started, ended, parent, type, definition, status, owner, key, correlation, step, payload)
               WHERE EXISTS (SELECT FROM fence)
              ON CONFLICT (business_key, type_id) DO NOTHING
              RETURNING id)
            """;

    private static final String STARTED = ", started AS (" + PostgresSingle.START + " FROM fence)";

    private static final String EVENTS_OF_STARTED = """
            , happened AS (
              INSERT INTO tally_saga_event (saga_id, at, seq, epoch, attempt, execution, kind, phase, step, data)
              SELECT n.saga, timestamptz 'epoch' + n.at * interval '1 microsecond', n.seq, (SELECT epoch FROM fence),
                     n.attempt, n.execution, n.kind, n.phase, n.step, n.data
                FROM unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::smallint[], ?::smallint[], ?::smallint[],
                            ?::text[], ?::text[], ?::boolean[])
                  AS n(saga, at, seq, attempt, execution, kind, phase, step, data, fresh)
               WHERE EXISTS (SELECT FROM fence) AND (NOT n.fresh OR n.saga IN (SELECT id FROM started)))
            """;

    private static final String CHANGES = """
            , changed AS (
              UPDATE tally_saga s
                 SET status = n.status, ended_at = timestamptz 'epoch' + n.ended * interval '1 microsecond',
                     owner = CASE WHEN n.ended IS NULL THEN s.owner END,
                     definition_id = coalesce(n.definition, s.definition_id)
                FROM (SELECT * FROM unnest(?::bigint[], ?::smallint[], ?::bigint[], ?::int[])
                               AS u(id, status, ended, definition)
                       LIMIT ?) n
               WHERE s.id = n.id AND EXISTS (SELECT FROM fence))
            """;

    /** Of sagas that are there already. {@code %s} is the condition. */
    private static final String EVENTS = """
            , happened AS (
              INSERT INTO tally_saga_event (saga_id, at, seq, epoch, attempt, execution, kind, phase, step, data)
              SELECT n.saga, timestamptz 'epoch' + n.at * interval '1 microsecond', n.seq, (SELECT epoch FROM fence),
                     n.attempt, n.execution, n.kind, n.phase, n.step, n.data
                FROM unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::smallint[], ?::smallint[], ?::smallint[],
                            ?::text[], ?::text[])
                  AS n(saga, at, seq, attempt, execution, kind, phase, step, data)
               WHERE %s)
            """;

    private static final String EVENTS_GUARDED = EVENTS.formatted("EXISTS (SELECT FROM fence)");
    private static final String EVENTS_STRICT = EVENTS.formatted("true");

    private static final String VERDICTS = """
            , answered AS (
              UPDATE tally_saga_request r SET answered_at = statement_timestamp(), refusal = n.refusal
                FROM unnest(?::bigint[], ?::text[]) AS n(id, refusal)
               WHERE r.id = n.id AND r.kind IS NOT NULL AND EXISTS (SELECT FROM fence))
            , picked AS (
              DELETE FROM tally_saga_request r
               WHERE r.id = ANY (?::bigint[]) AND r.kind IS NULL AND EXISTS (SELECT FROM fence))
            """;

    private static final String RESULT =
            "SELECT (SELECT count(*) FROM fence) AS fence, started.id FROM (SELECT 1) AS one LEFT JOIN started ON true";

    private static final String FENCE_ONLY = "SELECT (SELECT count(*) FROM fence) AS fence, CAST(NULL AS bigint) AS id";

    private final Jdbc jdbc;

    PostgresSagaWriter(Jdbc jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Result write(SagaStore.Lease lease, SagaRows rows, Patience patience) {
        if (patience == Patience.USUAL && PostgresSingle.fits(rows)) {
            boolean all = jdbc.autocommit(tx -> PostgresSingle.store(tx, lease, rows));
            return all ? Result.ALL : jdbc.autocommit(tx -> notStored(tx, lease, rows));
        }
        String fence = patience == Patience.USUAL ? LOCKED_FENCE : HASTY_FENCE;
        Optional<Set<Long>> stored = jdbc.autocommit(tx -> run(tx, fence, lease, rows));
        if (stored.isPresent() && stored.get().size() < rows.starts().size()) {
            return jdbc.autocommit(tx -> existing(tx, rows, stored.get()));
        }
        return stored.isPresent() ? Result.ALL : Result.FENCED;
    }

    /** An epoch never comes back: one that is current now was so before, and then the key was taken. */
    private static Result notStored(Tx tx, SagaStore.Lease lease, SagaRows rows) {
        String sql = "SELECT epoch FROM tally_engine WHERE id = ? AND epoch = ?";
        boolean fenced = tx.queryOne(sql, row -> row.longValue("epoch"), lease.engine(), lease.epoch())
                .isEmpty();
        return fenced ? Result.FENCED : existing(tx, rows, Set.of());
    }

    @Override
    public Result finish(Tx tx, SagaStore.Lease lease, SagaRows rows) {
        if (canCommitWith(rows)) {
            commitWith(tx, lease, rows);
            return Result.ALL;
        }
        Optional<Set<Long>> stored = run(tx, LOCKED_FENCE, lease, rows);
        if (stored.isEmpty()) {
            return Result.FENCED;
        }
        Result result = existing(tx, rows, stored.get());
        new SagaStore.Written(result.existing())
                .requireNew(rows.events().stream().map(SagaRows.Event::saga));
        return result;
    }

    @Override
    public Result startIn(Tx tx, SagaStore.Lease lease, SagaRows.Start start) {
        SagaRows rows = new SagaRows(List.of(start), List.of(), List.of(), List.of());
        Optional<Set<Long>> stored = run(tx, PLAIN_FENCE, lease, rows);
        return stored.isPresent() ? existing(tx, rows, stored.get()) : Result.FENCED;
    }

    /** The ids that were inserted, or empty when the epoch is over. */
    private static Optional<Set<Long>> run(Tx tx, String sql, SagaStore.Lease lease, SagaRows rows) {
        Set<Long> stored = new HashSet<>();
        List<Boolean> fences = tx.query(text(sql, rows), row -> collect(row, stored), arguments(lease, rows));
        return fences.contains(Boolean.FALSE) ? Optional.empty() : Optional.of(stored);
    }

    private static boolean collect(Row row, Set<Long> stored) throws SQLException {
        Long id = row.longOrNull("id");
        if (id != null) {
            stored.add(id);
        }
        return row.longValue("fence") > 0;
    }

    /** Events, for their epoch; of sagas that are there, or of the one that starts here, whose key must be free. */
    private static boolean canCommitWith(SagaRows rows) {
        int starts = rows.starts().size();
        return rows.verdicts().isEmpty()
                && !rows.events().isEmpty()
                && (starts == 0 || starts == 1 && rows.events().stream().allMatch(SagaRows.Event::fresh));
    }

    /**
     * The rows and COMMIT in one round trip: the server leaves out COMMIT when the statement before it fails, and a
     * usurped engine's fails because its events have no epoch, a start's when its business key is taken.
     */
    private static void commitWith(Tx tx, SagaStore.Lease lease, SagaRows rows) {
        boolean starts = !rows.starts().isEmpty();
        String sql = PLAIN_FENCE + (starts ? STARTED : "") + EVENTS_STRICT
                + (rows.changes().isEmpty() ? "" : CHANGES) + "SELECT 1; COMMIT";
        SqlArguments columns = new SqlArguments();
        columns.add(lease.engine(), lease.epoch());
        if (starts) {
            PostgresSingle.addStart(columns, lease, rows.starts().get(0));
        }
        addEvents(columns, rows.events());
        if (!rows.changes().isEmpty()) {
            addChanges(columns, rows.changes());
        }
        try (PreparedStatement statement = tx.connection().prepareStatement(sql)) {
            @Nullable Object[] arguments = columns.toArray();
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            statement.execute();
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), true, "storing events of a saga with COMMIT");
        }
    }

    /** Only the parts that have rows: what PostgreSQL sets up for rows that are not there costs it as much as the work. */
    private static String text(String fence, SagaRows rows) {
        StringBuilder text = new StringBuilder(fence);
        boolean starts = !rows.starts().isEmpty();
        text.append(starts ? STARTS : "");
        if (!rows.events().isEmpty()) {
            text.append(starts ? EVENTS_OF_STARTED : EVENTS_GUARDED);
        }
        text.append(rows.changes().isEmpty() ? "" : CHANGES);
        text.append(rows.verdicts().isEmpty() ? "" : VERDICTS);
        return text.append(starts ? RESULT : FENCE_ONLY).toString();
    }

    private static @Nullable Object[] arguments(SagaStore.Lease lease, SagaRows rows) {
        SqlArguments arguments = new SqlArguments();
        arguments.add(lease.engine(), lease.epoch());
        if (!rows.starts().isEmpty()) {
            addStarts(arguments, lease, rows.starts());
        }
        if (!rows.events().isEmpty()) {
            addEvents(arguments, rows.events());
            if (!rows.starts().isEmpty()) {
                arguments.booleans(rows.events(), SagaRows.Event::fresh);
            }
        }
        if (!rows.changes().isEmpty()) {
            addChanges(arguments, rows.changes());
        }
        List<SagaStore.Verdict> verdicts = rows.verdicts();
        if (!verdicts.isEmpty()) {
            arguments.longs(verdicts, SagaStore.Verdict::request);
            arguments.texts(verdicts, SagaStore.Verdict::refusal);
            arguments.longs(verdicts, SagaStore.Verdict::request);
        }
        return arguments.toArray();
    }

    private static void addStarts(SqlArguments arguments, SagaStore.Lease lease, List<SagaRows.Start> rows) {
        arguments.longs(rows, SagaRows.Start::id);
        arguments.longs(rows, row -> SagaRows.micros(row.head().startedAt()));
        arguments.nullableLongs(rows, row -> SagaRows.microsOrNull(row.endedAt()));
        arguments.nullableLongs(rows, SagaRows.Start::parentId);
        arguments.ints(rows, SagaRows.Start::typeId);
        arguments.ints(rows, SagaRows.Start::definitionId);
        arguments.shorts(rows, row -> (short) row.status().code());
        arguments.nullableShorts(rows, row -> row.status().ended() ? null : Short.valueOf((short) lease.engine()));
        arguments.texts(rows, row -> row.head().businessKey());
        arguments.texts(rows, SagaRows.Start::correlationId);
        arguments.texts(rows, SagaRows.Start::parentStep);
        arguments.texts(rows, row -> row.saga().payload());
    }

    private static void addEvents(SqlArguments arguments, List<SagaRows.Event> rows) {
        arguments.longs(rows, row -> row.saga().value());
        arguments.longs(rows, row -> SagaRows.micros(row.at()));
        arguments.ints(rows, SagaRows.Event::seq);
        arguments.ints(rows, row -> row.coded().attempt());
        arguments.shorts(rows, row -> (short) row.coded().execution());
        arguments.shorts(rows, row -> (short) row.coded().kind());
        arguments.shorts(rows, row -> (short) row.coded().phase());
        arguments.texts(rows, row -> row.coded().step());
        arguments.texts(rows, row -> row.coded().data());
    }

    private static void addChanges(SqlArguments arguments, List<SagaRows.Change> rows) {
        arguments.longs(rows, row -> row.saga().value());
        arguments.shorts(rows, row -> (short) row.status().code());
        arguments.nullableLongs(rows, row -> SagaRows.microsOrNull(row.endedAt()));
        arguments.nullableInts(rows, SagaRows.Change::definitionId);
        arguments.add((long) rows.size());
    }

    private static Result existing(Tx tx, SagaRows rows, Set<Long> stored) {
        Map<SagaId, SagaId> existing = new HashMap<>();
        for (SagaRows.Start start : rows.starts()) {
            if (!stored.contains(start.id())) {
                existing.put(
                        start.head().id(),
                        SagaReader.holderOf(tx, start)
                                .orElseThrow(
                                        () -> new ConflictException(
                                                "saga " + start.head().id()
                                                        + ": its business key was taken by one that has vanished meanwhile; start it again")));
            }
        }
        return new Result(false, existing);
    }
}
