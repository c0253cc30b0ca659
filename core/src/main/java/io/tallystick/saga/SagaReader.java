package io.tallystick.saga;

import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads sagas and events out of their tables; the same for every database. Thread-safe. */
final class SagaReader {

    /** The columns of a saga, to be followed by a condition. */
    static final String SELECT_SAGA = """
            SELECT s.id, s.business_key, s.correlation_id, s.started_at, s.ended_at, s.parent_id, s.parent_step,
                   s.definition_id, s.status, s.owner, s.payload
              FROM tally_saga s
             WHERE\s""";

    private static final String EVENT_COLUMNS = "saga_id, seq, at, kind, step, phase, execution, attempt, data";

    private final SagaCatalog catalog;
    private final SagaEventCodec codec;

    SagaReader(SagaCatalog catalog, SagaEventCodec codec) {
        this.catalog = catalog;
        this.codec = codec;
    }

    /** The saga that has the business key of a start. */
    static Optional<SagaId> holderOf(Tx tx, SagaRows.Start start) {
        return tx.queryOne(
                "SELECT id FROM tally_saga WHERE business_key = ? AND type_id = ?",
                row -> new SagaId(row.longValue("id")),
                start.head().businessKey(),
                start.typeId());
    }

    /** A place for each of {@code count} values; a power of two of them, so that few statements are prepared. */
    static String places(int count) {
        return String.join(", ", Collections.nCopies(padded(count), "?"));
    }

    /** The values, the last one repeated up to a power of two. */
    static @Nullable Object[] padded(List<?> values) {
        List<@Nullable Object> padded = new ArrayList<>(values);
        while (padded.size() < padded(values.size())) {
            padded.add(values.get(values.size() - 1));
        }
        return padded.toArray();
    }

    static int padded(int count) {
        return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
    }

    List<SagaStore.StoredSaga> sagas(Tx tx, String condition, @Nullable Object... arguments) {
        Map<SagaId, Found> found = new LinkedHashMap<>();
        tx.query(SELECT_SAGA + condition, row -> found.put(id(row, "id"), found(row)), arguments);
        if (found.isEmpty()) {
            return List.of();
        }
        List<Long> ids = found.keySet().stream().map(SagaId::value).toList();
        String sql = "SELECT " + EVENT_COLUMNS + " FROM tally_saga_event WHERE saga_id IN (" + places(ids.size())
                + ") ORDER BY saga_id, seq";
        for (SagaStore.StoredEvent event : tx.query(sql, this::event, padded(ids))) {
            Found saga = found.get(event.saga());
            if (saga != null) {
                saga.events().add(event);
            }
        }
        return found.values().stream()
                .map(saga -> new SagaStore.StoredSaga(saga.start(), saga.owner(), List.copyOf(saga.events())))
                .toList();
    }

    private record Found(SagaStore.NewSaga start, @Nullable Integer owner, List<SagaStore.StoredEvent> events) {}

    private Found found(Row row) throws SQLException {
        return new Found(start(row), row.intOrNull("owner"), new ArrayList<>());
    }

    SagaStore.NewSaga start(Row row) throws SQLException {
        SagaId id = id(row, "id");
        Long parent = row.longOrNull("parent_id");
        String correlation = row.text("correlation_id");
        SagaCatalog.Definition definition = catalog.ofId(row.intValue("definition_id"));
        SagaHead head = new SagaHead(
                id,
                row.string("business_key"),
                correlation == null ? id.toString() : correlation,
                row.instant("started_at"),
                parent == null ? null : new SagaHead.Parent(new SagaId(parent), row.string("parent_step")));
        return new SagaStore.NewSaga(
                head,
                definition.type(),
                definition.hash(),
                row.string("payload"),
                SagaStatus.of(row.intValue("status")));
    }

    List<SagaStore.StoredEvent> events(Tx tx, SagaId saga) {
        String sql = "SELECT " + EVENT_COLUMNS + " FROM tally_saga_event WHERE saga_id = ? ORDER BY seq";
        return tx.query(sql, this::event, saga.value());
    }

    private SagaStore.StoredEvent event(Row row) throws SQLException {
        SagaEventCodec.Coded coded = coded(row);
        return new SagaStore.StoredEvent(
                id(row, "saga_id"), row.intValue("seq"), row.instant("at"), codec.decode(coded));
    }

    SagaStore.Request request(Row row) throws SQLException {
        SagaEvent event = row.isNull("kind") ? null : codec.decode(coded(row));
        return new SagaStore.Request(row.longValue("id"), id(row, "saga_id"), event);
    }

    private static SagaEventCodec.Coded coded(Row row) throws SQLException {
        return new SagaEventCodec.Coded(
                row.intValue("kind"),
                row.text("step"),
                row.intValue("phase"),
                row.intValue("execution"),
                row.intValue("attempt"),
                row.text("data"));
    }

    static SagaId id(Row row, String column) throws SQLException {
        return new SagaId(row.longValue(column));
    }
}
