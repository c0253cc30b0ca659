package io.tallystick.saga;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.DuplicateKeyException;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Sagas in memory, for simulations: keeps every promise of the real stores on a clock that it is given, and forgets
 * everything with the process. One object is one database; any number of engines may join it. Thread-safe.
 */
final class InMemorySagaStore implements SagaStore {

    private final InstantSource clock;
    private final SagaEventCodec codec = new SagaEventCodec();
    private final BatchCheck check = new BatchCheck(codec);
    private InMemorySagas committed = new InMemorySagas();

    InMemorySagaStore(InstantSource clock) {
        this.clock = clock;
    }

    /** The same sagas as people see them. */
    SagaLedger ledger() {
        return new InMemorySagaLedger(this);
    }

    /** Transactions that {@link #startIn} can join; they know no SQL. */
    DataSource dataSource() {
        return InMemoryTransaction.dataSource(this);
    }

    @Override
    public synchronized Lease join(String name, Duration lease) {
        int slot = committed.engines.size();
        if (slot > 1023) {
            throw new RejectedException("all 1024 engine slots were in use");
        }
        committed.engines.put(slot, new InMemorySagas.EngineRow(name, 1, now().plus(lease), false));
        return current(slot);
    }

    @Override
    public synchronized Lease renew(Lease lease, Duration by) {
        fence(lease);
        replace(lease.engine(), row -> new InMemorySagas.EngineRow(row.name(), row.epoch(), now().plus(by), false));
        return current(lease.engine());
    }

    @Override
    public synchronized void leave(Lease lease) {
        if (isCurrent(lease)) {
            replace(
                    lease.engine(),
                    row -> new InMemorySagas.EngineRow(
                            row.name(), row.epoch() + 1, now().minus(1, ChronoUnit.MICROS), true));
        }
    }

    @Override
    public Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public synchronized void define(SagaGraph graph) {
        committed.definitions.putIfAbsent(graph.hash(), graph);
    }

    @Override
    public Written write(Lease lease, Batch batch) {
        check.check(batch);
        return inside(draft -> store(draft, lease, batch));
    }

    @Override
    public Written together(Lease lease, LocalUnit work) throws Exception {
        InMemoryTransaction transaction = new InMemoryTransaction(this);
        // outside of the lock: the work may ask the store
        Batch batch = work.run(Tx.of(transaction.connection(), Dialect.POSTGRESQL));
        check.check(batch);
        return inside(draft -> {
            waiting(draft, transaction.starts());
            Written written = store(draft, lease, batch);
            written.requireNew(batch.events().stream().map(StoredEvent::saga));
            return written;
        });
    }

    @Override
    public synchronized Written startIn(Tx tx, Lease lease, NewSaga start) {
        BatchCheck.check(start);
        InMemoryTransaction transaction = InMemoryTransaction.of(tx.connection());
        InMemorySagas draft = committed.copy();
        waiting(draft, transaction.starts());
        Written written = store(draft, lease, batch(start));
        if (written.existing().isEmpty()) {
            transaction.starts().add(new InMemoryTransaction.Start(lease, start, !tx.hasCommitHooks()));
        }
        return written;
    }

    /** Makes the starts of a transaction visible at once, or none of them. */
    void commit(List<InMemoryTransaction.Start> starts) {
        inside(draft -> {
            waiting(draft, starts);
            return starts;
        });
    }

    /** The fence was asked when the start was made, as in a real store; a usurper finds the saga after the commit. */
    private void waiting(InMemorySagas draft, List<InMemoryTransaction.Start> starts) {
        for (InMemoryTransaction.Start waiting : starts) {
            Map<SagaId, SagaId> existing = new HashMap<>();
            insert(draft, waiting.lease(), waiting.start(), existing);
            if (!existing.isEmpty()) {
                // a real insert would have made the second one wait; here the later commit gives way
                throw new ConflictException("saga " + waiting.start().head().id()
                        + ": its business key was taken before the transaction committed; start it again");
            }
            if (waiting.pickUp()) {
                draft.ask(waiting.start().head().id(), null);
            }
        }
    }

    private static Batch batch(NewSaga start) {
        return new Batch(List.of(start), List.of(), List.of(), List.of());
    }

    private Written store(InMemorySagas draft, Lease lease, Batch batch) {
        fence(lease);
        Map<SagaId, SagaId> existing = new HashMap<>();
        batch.starts().forEach(start -> insert(draft, lease, start, existing));
        for (StoredEvent event : batch.events()) {
            if (!existing.containsKey(event.saga())) {
                append(draft, event);
            }
        }
        for (StatusChange change : batch.changes()) {
            if (change.definitionHash() != null) {
                requireDefined(draft, change.definitionHash());
            }
            draft.sagas.computeIfPresent(change.saga(), (id, saga) -> saga.after(change));
        }
        batch.verdicts().forEach(draft::answer);
        return existing.isEmpty() ? Written.ALL : new Written(Map.copyOf(existing));
    }

    private static void insert(InMemorySagas draft, Lease lease, NewSaga start, Map<SagaId, SagaId> existing) {
        requireDefined(draft, start.definitionHash());
        SagaId id = start.head().id();
        SagaId holder = draft.keys.putIfAbsent(InMemorySagas.key(start), id);
        if (holder != null) {
            existing.put(id, holder);
        } else if (draft.sagas.containsKey(id)) {
            throw new DuplicateKeyException("saga " + id + " is stored already, under another business key", null);
        } else {
            draft.sagas.put(id, InMemorySagas.SagaRow.of(start, lease.engine()));
        }
    }

    private void append(InMemorySagas draft, StoredEvent event) {
        InMemorySagas.SagaRow row = draft.sagas.get(event.saga());
        String what = "saga " + event.saga() + ": event " + event.seq();
        if (row == null) {
            throw new RejectedException(what + " belongs to no stored saga");
        }
        if (row.has(event.seq())) {
            InMemorySagas.SagaRow before = committed.sagas.get(event.saga());
            throw before != null && before.has(event.seq())
                    ? new ConflictException(what + " is taken; load the saga again")
                    : new DuplicateKeyException(what + " is twice in one batch", null);
        }
        // through the codec, as in a real store: what cannot be stored must not pass here
        SagaEvent read = codec.decode(codec.encode(event.event()));
        Instant at = event.at().truncatedTo(ChronoUnit.MICROS);
        draft.sagas.put(event.saga(), row.with(new StoredEvent(event.saga(), event.seq(), at, read)));
    }

    private static void requireDefined(InMemorySagas draft, String hash) {
        if (!draft.definitions.containsKey(hash)) {
            throw new RejectedException("no definition with the hash " + hash
                    + " is stored; register the saga's definition with the engine before starting sagas of it");
        }
    }

    @Override
    public Optional<Integer> lastSeq(SagaId saga) {
        return load(saga)
                .map(found -> found.events().isEmpty()
                        ? 0
                        : found.events().get(found.events().size() - 1).seq());
    }

    @Override
    public synchronized Optional<StoredSaga> load(SagaId saga) {
        return Optional.ofNullable(committed.sagas.get(saga)).map(InMemorySagas.SagaRow::stored);
    }

    @Override
    public synchronized Optional<SagaId> find(String type, String businessKey) {
        return Optional.ofNullable(committed.keys.get(InMemorySagas.key(businessKey, type)));
    }

    @Override
    public synchronized List<StoredSaga> mine(Lease lease, @Nullable SagaId after, int limit) {
        return committed.sagas.entrySet().stream()
                .filter(saga -> saga.getValue().isOwnedBy(lease.engine()))
                .filter(saga -> after == null || saga.getKey().compareTo(after) > 0)
                .limit(limit)
                .map(saga -> saga.getValue().stored())
                .toList();
    }

    @Override
    public synchronized int takeOver(Lease lease) {
        fence(lease);
        if (current(lease.engine()).until().isBefore(now())) {
            throw new Fenced(lease);
        }
        List<Integer> dead = committed.engines.entrySet().stream()
                .filter(engine -> engine.getValue().leaseUntil().isBefore(now()))
                .map(Map.Entry::getKey)
                .filter(engine -> engine != lease.engine())
                .toList();
        return inside(draft -> dead.stream()
                .mapToInt(engine -> draft.takeOver(engine, lease.engine()))
                .sum());
    }

    @Override
    public synchronized List<Request> requests(Lease lease, int limit) {
        return committed.requests.values().stream()
                .filter(request -> !request.answered())
                .map(InMemorySagas.RequestRow::request)
                .filter(request -> {
                    InMemorySagas.SagaRow saga = committed.sagas.get(request.saga());
                    return saga != null && saga.isOwnedBy(lease.engine());
                })
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Finished finished(Lease lease, Retention retention, @Nullable SagaId after, int limit) {
        Instant now = now();
        Optional<Integer> eldest = committed.engines.entrySet().stream()
                .filter(engine -> !engine.getValue().ended()
                        && !engine.getValue().leaseUntil().isBefore(now))
                .map(Map.Entry::getKey)
                .findFirst();
        if (eldest.filter(engine -> engine == lease.engine()).isEmpty()) {
            return Finished.NONE;
        }
        List<InMemorySagas.SagaRow> page = (after == null ? committed.sagas : committed.sagas.tailMap(after, false))
                .values().stream().limit(limit).toList();
        List<Ended> due = page.stream()
                .filter(saga -> saga.endedAt() != null
                        && saga.endedAt()
                                .isBefore(retention.endedBefore(saga.start().type(), now)))
                .filter(saga -> !committed.isNeeded(saga))
                .map(committed::ended)
                .toList();
        SagaId next = page.size() < limit
                ? null
                : page.get(page.size() - 1).start().head().id();
        return new Finished(due, next);
    }

    @Override
    public int forget(List<SagaId> sagas) {
        return inside(draft -> {
            List<SagaId> ended = sagas.stream()
                    .filter(id ->
                            draft.sagas.containsKey(id) && draft.sagas.get(id).endedAt() != null)
                    .toList();
            draft.purge(ended);
            return ended.size();
        });
    }

    @Override
    public void close() {
        // the sagas outlive the engine, as in a database
    }

    /** All that the work does to the tables becomes the truth, or, if it throws, nothing. */
    synchronized <T> T inside(Function<InMemorySagas, T> work) {
        InMemorySagas draft = committed.copy();
        T result = work.apply(draft);
        committed = draft;
        return result;
    }

    private void fence(Lease lease) {
        if (!isCurrent(lease)) {
            throw new Fenced(lease);
        }
    }

    private boolean isCurrent(Lease lease) {
        InMemorySagas.EngineRow row = committed.engines.get(lease.engine());
        return row != null && row.epoch() == lease.epoch();
    }

    private Lease current(int engine) {
        InMemorySagas.EngineRow row = Objects.requireNonNull(committed.engines.get(engine));
        return new Lease(engine, row.epoch(), row.name(), row.leaseUntil());
    }

    private void replace(int engine, UnaryOperator<InMemorySagas.EngineRow> change) {
        committed.engines.computeIfPresent(engine, (id, row) -> change.apply(row));
    }
}
