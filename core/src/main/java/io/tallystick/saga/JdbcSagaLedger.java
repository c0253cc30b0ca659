package io.tallystick.saga;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The ledger over the tables of {@link JdbcSagaStore}. Thread-safe. */
final class JdbcSagaLedger implements SagaLedger {

    private final Jdbc jdbc;
    private final SagaEventCodec codec = new SagaEventCodec();
    private final SagaReader reader;
    private final FinishedSagas finished;

    JdbcSagaLedger(Jdbc jdbc) {
        this.jdbc = jdbc;
        SagaCatalog catalog = new SagaCatalog(jdbc);
        this.reader = new SagaReader(catalog, codec);
        this.finished = new FinishedSagas(jdbc, catalog);
    }

    @Override
    public List<Entry> search(Query query) {
        List<String> conditions = new ArrayList<>();
        List<@Nullable Object> arguments = new ArrayList<>();
        addNames(query, conditions, arguments);
        if (query.status() != null) {
            conditions.add("s.status = ?");
            arguments.add(query.status().code());
        }
        if (query.started() != null) {
            conditions.add("s.started_at >= ? AND s.started_at < ?");
            arguments.add(query.started().from());
            arguments.add(query.started().to());
        }
        return jdbc.autocommit(tx -> {
            if (query.unowned()) {
                conditions.add("s.owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tally_engine e"
                        + " WHERE e.id = s.owner AND e.lease_until >= "
                        + tx.dialect().now() + ")");
            }
            String condition = conditions.isEmpty() ? "1 = 1" : String.join(" AND ", conditions);
            return entries(
                    tx, condition + " ORDER BY s.id DESC " + tx.dialect().limit(query.limit()), arguments.toArray());
        });
    }

    private static void addNames(Query query, List<String> conditions, List<@Nullable Object> arguments) {
        if (query.type() != null) {
            conditions.add("s.type_id = (SELECT t.id FROM tally_saga_type t WHERE t.name = ?)");
            arguments.add(query.type());
        }
        if (query.businessKey() != null) {
            conditions.add("s.business_key = ?");
            arguments.add(query.businessKey());
        }
        if (query.correlationId() != null) {
            // a saga whose correlation id is its own id stores none
            conditions.add("(s.correlation_id = ? OR (s.id = ? AND s.correlation_id IS NULL))");
            arguments.add(query.correlationId());
            arguments.add(idIn(query.correlationId()));
        }
    }

    private static @Nullable Long idIn(String correlationId) {
        try {
            SagaId id = SagaId.parse(correlationId);
            return id.toString().equals(correlationId) ? Long.valueOf(id.value()) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public Optional<Entry> find(SagaId saga) {
        return jdbc.autocommit(tx -> entries(tx, "s.id = ?", saga.value())).stream()
                .findFirst();
    }

    private List<Entry> entries(Tx tx, String condition, @Nullable Object... arguments) {
        return tx.query(
                SagaReader.SELECT_SAGA + condition,
                row -> new Entry(reader.start(row), row.intOrNull("owner"), row.instantOrNull("ended_at")),
                arguments);
    }

    @Override
    public List<SagaStore.StoredEvent> history(SagaId saga) {
        return jdbc.autocommit(tx -> reader.events(tx, saga));
    }

    @Override
    public Optional<String> definition(String hash) {
        return jdbc.autocommit(tx -> tx.queryOne(
                "SELECT canonical FROM tally_saga_definition WHERE hash = ?", row -> row.string("canonical"), hash));
    }

    @Override
    public List<Definition> definitions() {
        String sql = """
                SELECT t.name, d.hash, d.stored_at
                  FROM tally_saga_definition d JOIN tally_saga_type t ON t.id = d.type_id
                 ORDER BY t.name, d.id""";
        return jdbc.autocommit(tx ->
                tx.query(sql, row -> new Definition(row.string("name"), row.string("hash"), row.instant("stored_at"))));
    }

    @Override
    public List<InFlight> inFlight() {
        record Count(String type, String hash, SagaStatus status, long sagas) {}
        String sql = """
                SELECT t.name, d.hash, s.status, count(*) AS sagas
                  FROM tally_saga s
                  JOIN tally_saga_definition d ON d.id = s.definition_id
                  JOIN tally_saga_type t ON t.id = d.type_id
                 WHERE s.owner IS NOT NULL
                 GROUP BY t.name, d.hash, s.status
                 ORDER BY t.name, d.hash, s.status""";
        List<Count> counts = jdbc.autocommit(tx -> tx.query(
                sql,
                row -> new Count(
                        row.string("name"),
                        row.string("hash"),
                        SagaStatus.of(row.intValue("status")),
                        row.longValue("sagas"))));
        Map<String, InFlight> byHash = new LinkedHashMap<>();
        for (Count count : counts) {
            InFlight one =
                    new InFlight(count.type(), count.hash(), count.sagas(), Map.of(count.status(), count.sagas()));
            byHash.merge(count.hash(), one, JdbcSagaLedger::sum);
        }
        return List.copyOf(byHash.values());
    }

    private static InFlight sum(InFlight a, InFlight b) {
        Map<SagaStatus, Long> both = new EnumMap<>(a.byStatus());
        both.putAll(b.byStatus());
        return new InFlight(a.type(), a.definitionHash(), a.sagas() + b.sagas(), Map.copyOf(both));
    }

    @Override
    public List<Engine> engines() {
        return jdbc.autocommit(tx -> {
            String alive =
                    "(e.ended_at IS NULL AND e.lease_until >= " + tx.dialect().now() + ")";
            String sql = "SELECT e.id, e.name, e.epoch, e.lease_until, " + alive + " AS alive,"
                    + " (SELECT count(*) FROM tally_saga s WHERE s.owner = e.id) AS sagas"
                    + " FROM tally_engine e ORDER BY e.id";
            return tx.query(
                    sql,
                    row -> new Engine(
                            row.intValue("id"),
                            row.string("name"),
                            row.longValue("epoch"),
                            row.instant("lease_until"),
                            row.bool("alive"),
                            row.longValue("sagas")));
        });
    }

    @Override
    public long request(SagaId saga, SagaEvent event) {
        SagaEventCodec.Coded coded = codec.encode(event);
        BatchCheck.check(saga, coded);
        return jdbc.inTransaction(tx -> {
            SagaStatus status = tx.queryOne(
                            "SELECT status FROM tally_saga WHERE id = ?",
                            row -> SagaStatus.of(row.intValue("status")),
                            saga.value())
                    .orElseThrow(() ->
                            new RejectedException("there is no saga " + saga + ". List sagas with: tally saga list"));
            if (status.ended()) {
                throw new RejectedException("saga " + saga + " has ended " + status + "; ends never change");
            }
            return SagaRequests.leave(tx, saga, coded);
        });
    }

    @Override
    public Optional<Answer> answer(long request) {
        return jdbc.inTransaction(tx -> SagaRequests.answer(tx, request));
    }

    @Override
    public int purge(Instant endedBefore, int limit) {
        return finished.purge(endedBefore, limit);
    }
}
