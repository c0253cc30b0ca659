package io.tallystick.saga;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.DuplicateKeyException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stores a batch in MariaDB or MySQL. In MariaDB a batch is one {@link CompoundBatch}. In MySQL, which has none, and where a
 * batch is too long for one, it is one statement with many rows for each table, in one transaction; there the fence is
 * part of the first insert of events, so it costs no round trip of its own. Thread-safe.
 */
final class InnoDbSagaWriter implements SagaWriter {

    /** Round trips cost more than rows; beyond this a longer statement gains nothing. */
    private static final int ROWS = 500;

    private static final int ATTEMPTS = 5;

    private static final String START_COLUMNS = "id, started_at, ended_at, parent_id, type_id, definition_id, status,"
            + " owner, business_key, correlation_id, parent_step, payload";
    private static final String EVENT_COLUMNS = "saga_id, seq, at, attempt, execution, kind, phase, step, data, epoch";
    private static final String START = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String EVENT = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    /** Null, and so an error, when the epoch is over; the lock makes a usurper wait for the end of the transaction. */
    private static final String FENCED_EVENT =
            "(?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT epoch FROM tally_engine WHERE id = ? AND epoch = ? LOCK IN SHARE MODE))";

    private static final String FENCE = "SELECT epoch FROM tally_engine WHERE id = ? AND epoch = ? LOCK IN SHARE MODE";

    private static final String CHANGE = "SELECT ? AS id, ? AS status, ? AS ended, ? AS definition";

    private final Jdbc jdbc;
    private final PacketLimit packet = new PacketLimit();
    private final boolean compound;

    InnoDbSagaWriter(Jdbc jdbc) {
        this.jdbc = jdbc;
        this.compound = jdbc.dialect() == Dialect.MARIADB;
    }

    @Override
    public Result write(SagaStore.Lease lease, SagaRows rows, Patience patience) {
        Map<SagaId, SagaId> existing = new HashMap<>();
        SagaRows rest = rows;
        for (int attempt = 1; ; attempt++) {
            SagaRows now = rest;
            try {
                store(lease, now, patience);
                return new Result(false, existing);
            } catch (DuplicateKeyException e) {
                // a plain insert locks no key that is free, every other form does: so ask only when one was taken
                int before = existing.size();
                rest = withoutTaken(rest, existing);
                if (existing.size() == before || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void store(SagaStore.Lease lease, SagaRows rows, Patience patience) {
        int limit = packet.text(jdbc);
        packet.check(rows);
        Optional<String> text = compound ? CompoundBatch.whole(lease, rows, limit, wait(patience)) : Optional.empty();
        if (text.isPresent()) {
            jdbc.wholeTransaction(text.get(), "storing a batch of sagas");
        } else {
            jdbc.run(tx -> storeAll(tx, lease, rows, patience));
        }
    }

    private static int wait(Patience patience) {
        return patience == Patience.USUAL ? 2 : 0;
    }

    private void storeAll(Tx tx, SagaStore.Lease lease, SagaRows rows, Patience patience) {
        if (patience == Patience.HARDLY_ANY && tx.dialect() == Dialect.MYSQL) {
            tx.waitingAtMost(Duration.ofSeconds(1), () -> storeStarts(tx, lease, rows.starts(), patience));
        } else {
            storeStarts(tx, lease, rows.starts(), patience);
        }
        storeRest(tx, lease, rows);
    }

    private int storeStarts(Tx tx, SagaStore.Lease lease, List<SagaRows.Start> starts, Patience patience) {
        int stored = 0;
        for (List<SagaRows.Start> part :
                parts(starts, packet.chars(tx), row -> row.saga().payload())) {
            stored += tx.update(
                    within(wait(patience), tx.dialect(), "INSERT INTO tally_saga (" + START_COLUMNS + ") VALUES ")
                            + String.join(", ", Collections.nCopies(part.size(), START)),
                    part.stream()
                            .flatMap(row -> Arrays.stream(start(lease, row)))
                            .toArray());
        }
        return stored;
    }

    /** Throws when the epoch is over, so that what the transaction did before is rolled back. */
    private void storeRest(Tx tx, SagaStore.Lease lease, SagaRows rows) {
        if (rows.events().isEmpty()
                && tx.queryOne(FENCE, row -> row.longValue("epoch"), lease.engine(), lease.epoch())
                        .isEmpty()) {
            throw new SagaStore.Fenced(lease);
        }
        boolean first = true;
        for (List<SagaRows.Event> part :
                parts(rows.events(), packet.chars(tx), row -> row.coded().data())) {
            insert(tx, lease, part, first);
            first = false;
        }
        for (List<SagaRows.Change> part : parts(rows.changes(), 1, row -> null)) {
            change(tx, part);
        }
        rows.verdicts().forEach(verdict -> answer(tx, verdict));
    }

    private static void insert(Tx tx, SagaStore.Lease lease, List<SagaRows.Event> rows, boolean fenced) {
        List<@Nullable Object> arguments = new ArrayList<>(rows.size() * 10 + 1);
        StringBuilder sql = new StringBuilder("INSERT INTO tally_saga_event (" + EVENT_COLUMNS + ") VALUES ");
        for (SagaRows.Event row : rows) {
            boolean fence = fenced && arguments.isEmpty();
            sql.append(arguments.isEmpty() ? "" : ", ").append(fence ? FENCED_EVENT : EVENT);
            arguments.addAll(Arrays.asList(event(row)));
            if (fence) {
                arguments.add(lease.engine());
            }
            arguments.add(lease.epoch());
        }
        tx.update(sql.toString(), arguments.toArray());
    }

    private static void change(Tx tx, List<SagaRows.Change> rows) {
        // the order of the join is given, or a small table would be scanned and locked whole
        String sql = "UPDATE (" + String.join(" UNION ALL ", Collections.nCopies(rows.size(), CHANGE))
                + ") n STRAIGHT_JOIN tally_saga s ON s.id = n.id SET s.status = n.status, s.ended_at = n.ended,"
                + " s.owner = CASE WHEN n.ended IS NULL THEN s.owner END,"
                + " s.definition_id = coalesce(n.definition, s.definition_id)";
        List<@Nullable Object> arguments = new ArrayList<>(rows.size() * 4);
        for (SagaRows.Change row : rows) {
            arguments.add(row.saga().value());
            arguments.add(row.status().code());
            arguments.add(row.endedAt());
            arguments.add(row.definitionId());
        }
        tx.update(sql, arguments.toArray());
    }

    private static void answer(Tx tx, SagaStore.Verdict verdict) {
        tx.update("DELETE FROM tally_saga_request WHERE id = ? AND kind IS NULL", verdict.request());
        tx.update(
                "UPDATE tally_saga_request SET answered_at = " + tx.dialect().now() + ", refusal = ? WHERE id = ?",
                verdict.refusal(),
                verdict.request());
    }

    @Override
    public Result finish(Tx tx, SagaStore.Lease lease, SagaRows rows) {
        Map<SagaId, SagaId> existing = new HashMap<>();
        for (SagaRows.Start start : rows.starts()) {
            insertFirst(tx, lease, start)
                    .ifPresent(id -> existing.put(start.head().id(), id));
        }
        new SagaStore.Written(existing).requireNew(rows.events().stream().map(SagaRows.Event::saga));
        SagaRows rest = existing.isEmpty() ? rows : without(rows, existing.keySet());
        int limit = packet.text(tx);
        packet.check(rest);
        Optional<String> text = compound ? CompoundBatch.end(lease, rest, limit) : Optional.empty();
        if (text.isPresent()) {
            tx.endWith(text.get(), "storing events of a saga with COMMIT");
        } else {
            storeRest(tx, lease, rest);
        }
        return new Result(false, existing);
    }

    @Override
    public Result startIn(Tx tx, SagaStore.Lease lease, SagaRows.Start start) {
        packet.text(tx);
        packet.check(new SagaRows(List.of(start), List.of(), List.of(), List.of()));
        Optional<SagaId> existing = insertFirst(tx, lease, start);
        boolean fenced = tx.queryOne(
                        "SELECT epoch FROM tally_engine WHERE id = ? AND epoch = ?",
                        row -> row.longValue("epoch"),
                        lease.engine(),
                        lease.epoch())
                .isEmpty();
        return new Result(
                fenced, existing.map(id -> Map.of(start.head().id(), id)).orElse(Map.of()));
    }

    /** The saga that has the key already. The transaction is somebody's work, so a duplicate must not be an error in it. */
    private static Optional<SagaId> insertFirst(Tx tx, SagaStore.Lease lease, SagaRows.Start start) {
        if (tx.insertFirst("tally_saga", List.of(START_COLUMNS.split(", ", -1)), start(lease, start))) {
            return Optional.empty();
        }
        return Optional.of(SagaReader.holderOf(tx, start)
                .orElseThrow(() -> new DuplicateKeyException(
                        "saga " + start.head().id() + " is stored already, under another business key", null)));
    }

    /** Takes out the starts whose key is taken, by a stored saga or by an earlier one of the batch. */
    private SagaRows withoutTaken(SagaRows rows, Map<SagaId, SagaId> existing) {
        Map<String, SagaId> inBatch = new HashMap<>();
        jdbc.autocommit(tx -> {
            for (SagaRows.Start start : rows.starts()) {
                SagaId id = start.head().id();
                Optional<SagaId> holder = SagaReader.holderOf(tx, start);
                SagaId earlier = inBatch.putIfAbsent(start.head().businessKey() + '\0' + start.typeId(), id);
                if (holder.isPresent()) {
                    existing.put(id, holder.get());
                } else if (earlier != null) {
                    existing.put(id, earlier);
                }
            }
            return existing;
        });
        return without(rows, existing.keySet());
    }

    private static SagaRows without(SagaRows rows, Set<SagaId> taken) {
        Set<SagaId> gone = new HashSet<>(taken);
        return new SagaRows(
                rows.starts().stream()
                        .filter(start -> !gone.contains(start.head().id()))
                        .toList(),
                rows.events().stream()
                        .filter(event -> !event.fresh() || !gone.contains(event.saga()))
                        .toList(),
                rows.changes(),
                rows.verdicts());
    }

    private static @Nullable Object[] start(SagaStore.Lease lease, SagaRows.Start row) {
        SagaHead head = row.head();
        return new @Nullable Object[] {
            row.id(),
            head.startedAt(),
            row.endedAt(),
            row.parentId(),
            row.typeId(),
            row.definitionId(),
            row.status().code(),
            row.status().ended() ? null : Integer.valueOf(lease.engine()),
            head.businessKey(),
            row.correlationId(),
            row.parentStep(),
            row.saga().payload()
        };
    }

    private static @Nullable Object[] event(SagaRows.Event row) {
        SagaEventCodec.Coded coded = row.coded();
        return new @Nullable Object[] {
            row.saga().value(),
            row.seq(),
            row.at(),
            coded.attempt(),
            coded.execution(),
            coded.kind(),
            coded.phase(),
            coded.step(),
            coded.data()
        };
    }

    /**
     * A start whose business key another transaction has not committed yet must not hold up the engine. MySQL has no
     * time-out for one statement; there the session's counts, which the pool sets.
     */
    private static String within(int seconds, Dialect dialect, String sql) {
        return (dialect == Dialect.MARIADB ? "SET STATEMENT innodb_lock_wait_timeout = " + seconds + " FOR " : "")
                + sql;
    }

    private static <T> List<List<T>> parts(List<T> rows, int most, Function<T, @Nullable String> longText) {
        List<List<T>> parts = new ArrayList<>();
        int from = 0;
        int chars = 0;
        for (int i = 0; i < rows.size(); i++) {
            String text = longText.apply(rows.get(i));
            int length = text == null ? 0 : text.length();
            if (i > from && (i - from == ROWS || chars + length > most)) {
                parts.add(rows.subList(from, i));
                from = i;
                chars = 0;
            }
            chars += length;
        }
        if (from < rows.size()) {
            parts.add(rows.subList(from, rows.size()));
        }
        return parts;
    }
}
