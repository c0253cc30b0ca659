package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The ledger of {@link InMemorySagaStore}. Thread-safe. */
final class InMemorySagaLedger implements SagaLedger {

    private final InMemorySagaStore store;

    InMemorySagaLedger(InMemorySagaStore store) {
        this.store = store;
    }

    @Override
    public List<Entry> search(Query query) {
        return store.inside(sagas -> sagas.sagas.descendingMap().values().stream()
                .filter(saga -> matches(query, saga.start()))
                .filter(saga -> !query.unowned() || isUnowned(sagas, saga))
                .limit(query.limit())
                .map(InMemorySagas.SagaRow::entry)
                .toList());
    }

    private static boolean matches(Query query, SagaStore.NewSaga saga) {
        SagaHead head = saga.head();
        Period started = query.started();
        return (query.type() == null || query.type().equals(saga.type()))
                && (query.status() == null || query.status() == saga.status())
                && (query.businessKey() == null || query.businessKey().equals(head.businessKey()))
                && (query.correlationId() == null || query.correlationId().equals(head.correlationId()))
                && (started == null
                        || (!head.startedAt().isBefore(started.from())
                                && head.startedAt().isBefore(started.to())));
    }

    private boolean isUnowned(InMemorySagas sagas, InMemorySagas.SagaRow saga) {
        if (saga.owner() == null) {
            return false;
        }
        InMemorySagas.EngineRow owner = sagas.engines.get(saga.owner());
        return owner == null || owner.leaseUntil().isBefore(store.now());
    }

    @Override
    public Optional<Entry> find(SagaId saga) {
        return store.inside(sagas -> Optional.ofNullable(sagas.sagas.get(saga)).map(InMemorySagas.SagaRow::entry));
    }

    @Override
    public List<SagaStore.StoredEvent> history(SagaId saga) {
        return store.load(saga).map(SagaStore.StoredSaga::events).orElse(List.of());
    }

    @Override
    public Optional<String> definition(String hash) {
        return store.inside(
                sagas -> Optional.ofNullable(sagas.definitions.get(hash)).map(SagaGraph::canonical));
    }

    /** Nobody asks a double when; all were stored at its beginning. */
    @Override
    public List<Definition> definitions() {
        return store.inside(sagas -> sagas.definitions.values().stream()
                .map(graph -> new Definition(graph.type(), graph.hash(), Instant.EPOCH))
                .sorted(Comparator.comparing(Definition::type).thenComparing(Definition::hash))
                .toList());
    }

    @Override
    public List<InFlight> inFlight() {
        Map<String, List<SagaStore.NewSaga>> byHash = store.inside(sagas -> sagas.sagas.values().stream()
                .filter(saga -> saga.owner() != null)
                .map(InMemorySagas.SagaRow::start)
                .collect(Collectors.groupingBy(
                        saga -> saga.type() + '\0' + saga.definitionHash(), TreeMap::new, Collectors.toList())));
        return byHash.values().stream().map(InMemorySagaLedger::count).toList();
    }

    private static InFlight count(List<SagaStore.NewSaga> sagas) {
        Map<SagaStatus, Long> byStatus = sagas.stream()
                .collect(Collectors.groupingBy(
                        SagaStore.NewSaga::status, () -> new EnumMap<>(SagaStatus.class), Collectors.counting()));
        SagaStore.NewSaga first = sagas.get(0);
        return new InFlight(first.type(), first.definitionHash(), sagas.size(), Map.copyOf(byStatus));
    }

    @Override
    public List<Engine> engines() {
        Instant now = store.now();
        return store.inside(sagas -> sagas.engines.entrySet().stream()
                .map(entry -> {
                    InMemorySagas.EngineRow row = entry.getValue();
                    long owned = sagas.sagas.values().stream()
                            .filter(saga -> saga.isOwnedBy(entry.getKey()))
                            .count();
                    boolean alive = !row.ended() && !row.leaseUntil().isBefore(now);
                    return new Engine(entry.getKey(), row.name(), row.epoch(), row.leaseUntil(), alive, owned);
                })
                .toList());
    }

    @Override
    public long request(SagaId saga, SagaEvent event) {
        BatchCheck.check(saga, new SagaEventCodec().encode(event));
        return store.inside(sagas -> {
            InMemorySagas.SagaRow row = sagas.sagas.get(saga);
            if (row == null) {
                throw new RejectedException("there is no saga " + saga + ". List sagas with: tally saga list");
            }
            if (row.start().status().ended()) {
                throw new RejectedException(
                        "saga " + saga + " has ended " + row.start().status() + "; ends never change");
            }
            return sagas.ask(saga, event);
        });
    }

    @Override
    public Optional<Answer> answer(long request) {
        return store.inside(sagas -> {
            InMemorySagas.RequestRow row = sagas.requests.get(request);
            if (row == null) {
                throw new RejectedException("there is no request " + request + ", or its answer was read before");
            }
            InMemorySagas.SagaRow saga = sagas.sagas.get(row.request().saga());
            boolean ended = saga == null || saga.owner() == null;
            if (!row.answered() && !ended) {
                return Optional.empty();
            }
            sagas.requests.remove(request);
            return Optional.of(new Answer(row.answered() ? row.refusal() : SagaRequests.ENDED));
        });
    }

    @Override
    public int purge(Instant endedBefore, int limit) {
        return store.inside(sagas -> {
            List<SagaId> ended = sagas.sagas.entrySet().stream()
                    .filter(saga -> saga.getValue().endedAt() != null
                            && saga.getValue().endedAt().isBefore(endedBefore)
                            && !sagas.isNeeded(saga.getValue()))
                    .limit(limit)
                    .map(Map.Entry::getKey)
                    .toList();
            sagas.purge(ended);
            return ended.size();
        });
    }
}
