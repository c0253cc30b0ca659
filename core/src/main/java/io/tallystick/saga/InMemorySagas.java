package io.tallystick.saga;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tables of {@link InMemorySagaStore}. A transaction works on a copy, which becomes the truth at its commit; rows are
 * immutable, so that a copy shares them. Not thread-safe.
 */
final class InMemorySagas {

    final TreeMap<SagaId, SagaRow> sagas = new TreeMap<>();
    final Map<String, SagaId> keys = new HashMap<>();
    final Map<String, SagaGraph> definitions = new HashMap<>();
    final TreeMap<Integer, EngineRow> engines = new TreeMap<>();
    final TreeMap<Long, RequestRow> requests = new TreeMap<>();
    private long lastRequest;

    record EngineRow(String name, long epoch, Instant leaseUntil, boolean ended) {}

    record RequestRow(
            SagaStore.Request request,
            boolean answered,
            @Nullable String refusal) {}

    record SagaRow(
            SagaStore.NewSaga start,
            @Nullable Integer owner,
            @Nullable Instant endedAt,
            List<SagaStore.StoredEvent> events) {

        static SagaRow of(SagaStore.NewSaga start, int engine) {
            SagaHead head = start.head();
            Instant at = head.startedAt().truncatedTo(ChronoUnit.MICROS);
            SagaHead stored = new SagaHead(head.id(), head.businessKey(), head.correlationId(), at, head.parent());
            SagaStore.NewSaga saga = new SagaStore.NewSaga(
                    stored, start.type(), start.definitionHash(), start.payload(), start.status());
            boolean ended = start.status().ended();
            return new SagaRow(saga, ended ? null : engine, ended ? at : null, List.of());
        }

        boolean isOwnedBy(int engine) {
            return owner != null && owner == engine;
        }

        boolean has(int seq) {
            return events.stream().anyMatch(event -> event.seq() == seq);
        }

        SagaStore.StoredSaga stored() {
            return new SagaStore.StoredSaga(start, owner, events);
        }

        SagaLedger.Entry entry() {
            return new SagaLedger.Entry(start, owner, endedAt);
        }

        SagaRow with(SagaStore.StoredEvent event) {
            List<SagaStore.StoredEvent> more = new ArrayList<>(events);
            more.add(event);
            more.sort(Comparator.comparingInt(SagaStore.StoredEvent::seq));
            return new SagaRow(start, owner, endedAt, List.copyOf(more));
        }

        SagaRow ownedBy(int engine) {
            return new SagaRow(start, engine, endedAt, events);
        }

        SagaRow after(SagaStore.StatusChange change) {
            String hash = change.definitionHash() == null ? start.definitionHash() : change.definitionHash();
            SagaStore.NewSaga saga =
                    new SagaStore.NewSaga(start.head(), start.type(), hash, start.payload(), change.status());
            boolean ends = change.status().ended();
            Instant at = change.at().truncatedTo(ChronoUnit.MICROS);
            return new SagaRow(saga, ends ? null : owner, ends ? at : null, events);
        }
    }

    InMemorySagas copy() {
        InMemorySagas copy = new InMemorySagas();
        copy.sagas.putAll(sagas);
        copy.keys.putAll(keys);
        copy.definitions.putAll(definitions);
        copy.engines.putAll(engines);
        copy.requests.putAll(requests);
        copy.lastRequest = lastRequest;
        return copy;
    }

    static String key(SagaStore.NewSaga start) {
        return key(start.head().businessKey(), start.type());
    }

    static String key(String businessKey, String type) {
        return businessKey + '\0' + type;
    }

    long ask(SagaId saga, @Nullable SagaEvent event) {
        lastRequest++;
        requests.put(lastRequest, new RequestRow(new SagaStore.Request(lastRequest, saga, event), false, null));
        return lastRequest;
    }

    /** A request to pick a saga up has nobody who waits for the answer. */
    void answer(SagaStore.Verdict verdict) {
        RequestRow row = requests.get(verdict.request());
        if (row != null && row.request().event() == null) {
            requests.remove(verdict.request());
        } else if (row != null) {
            requests.put(verdict.request(), new RequestRow(row.request(), true, verdict.refusal()));
        }
    }

    /** Gives all of one engine's sagas to another and ends its epoch; returns how many. */
    int takeOver(int dead, int heir) {
        List<SagaId> moved = sagas.entrySet().stream()
                .filter(saga -> saga.getValue().isOwnedBy(dead))
                .map(Map.Entry::getKey)
                .toList();
        EngineRow row = engines.get(dead);
        if (row != null && !(row.ended() && moved.isEmpty())) {
            engines.put(dead, new EngineRow(row.name(), row.epoch() + 1, row.leaseUntil(), true));
        }
        moved.forEach(id -> sagas.computeIfPresent(id, (same, saga) -> saga.ownedBy(heir)));
        return moved.size();
    }

    /** Sub-saga and parent need each other until both have ended. */
    boolean isNeeded(SagaRow saga) {
        SagaHead head = saga.start().head();
        SagaRow parent = head.parent() == null ? null : sagas.get(head.parent().saga());
        return parent != null && parent.endedAt() == null
                || sagas.values().stream()
                        .filter(other -> other.endedAt() == null)
                        .map(other -> other.start().head().parent())
                        .anyMatch(kin -> kin != null && kin.saga().equals(head.id()));
    }

    SagaStore.Ended ended(SagaRow saga) {
        SagaGraph graph =
                java.util.Objects.requireNonNull(definitions.get(saga.start().definitionHash()));
        SagaHead head = saga.start().head();
        return new SagaStore.Ended(head.id(), head.correlationId(), graph.participants());
    }

    void purge(List<SagaId> ended) {
        for (SagaId id : ended) {
            SagaRow row = sagas.remove(id);
            if (row != null) {
                keys.remove(key(row.start()));
            }
            requests.values().removeIf(request -> request.request().saga().equals(id));
        }
    }
}
