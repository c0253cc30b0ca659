package io.tallystick.saga;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.DuplicateKeyException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where an engine keeps its sagas: the one truth about them. Every write is fenced by the engine's epoch and numbered per
 * saga, so a usurped engine changes nothing and two owners cannot both write event n.
 *
 * <p>All methods throw {@link UnavailableException} when the database cannot be reached and nothing was written,
 * {@link UnknownOutcomeException} when a write may have happened, and {@link RejectedException} for what will never work.
 * Implementations are safe for several threads.
 */
public interface SagaStore extends AutoCloseable {

    /** A store in PostgreSQL, MariaDB or MySQL, over a pool; its schema component is {@code saga}. Connects once, to learn the dialect. */
    static SagaStore of(Jdbc jdbc) {
        return new JdbcSagaStore(jdbc);
    }

    /** Enters a new engine with epoch 1 and a lease on the database's clock. */
    Lease join(String name, Duration lease);

    /** Prolongs the lease. @throws ConflictException if another engine has taken over */
    Lease renew(Lease lease, Duration by);

    /** Gives the lease up so that another engine can take over at once. */
    void leave(Lease lease);

    /** The database's clock. */
    Instant now();

    /** Stores the graph under its hash, once. */
    void define(SagaGraph graph);

    /**
     * One batch in one transaction, in one round trip where the database can: all of it or nothing.
     *
     * @return for each start whose business key was taken, the saga that has it; nothing of such a start is stored
     * @throws ConflictException if the lease was usurped ({@link Fenced}) or an event number is taken by another owner
     */
    Written write(Lease lease, Batch batch);

    /**
     * As {@link #write}, for what has been waited for in vain already: gives up soon, where the database can, when another transaction that
     * has not ended holds a business key of the batch.
     *
     * @throws ConflictException also then; nothing was written
     */
    default Written writeHardlyWaiting(Lease lease, Batch batch) {
        return write(lease, batch);
    }

    /**
     * Business work and the batch it leads to in one transaction. The work's own exception is thrown on as it is, after a
     * roll-back; a lost answer to the commit is {@link UnknownOutcomeException}. A start in the batch whose business key
     * is taken is left out and returned; if the batch has events of it, they were decided in vain, and everything is
     * rolled back with {@link DuplicateKeyException}.
     */
    Written together(Lease lease, LocalUnit work) throws Exception;

    /** A start in the caller's transaction, owned by the engine of the lease; it becomes visible with the caller's commit. */
    Written startIn(Tx tx, Lease lease, NewSaga start);

    /** Number of the last stored event of a saga, 0 if only its start is stored, empty if it is not there. */
    Optional<Integer> lastSeq(SagaId saga);

    /** The saga of that type with that business key. */
    Optional<SagaId> find(String type, String businessKey);

    /** A saga with all its events, whoever owns it. */
    Optional<StoredSaga> load(SagaId saga);

    /** Unfinished sagas of this engine with an id above {@code after}, in order of ids. */
    List<StoredSaga> mine(Lease lease, @Nullable SagaId after, int limit);

    /**
     * Takes over from engines whose lease has run out on the database's clock: raises their epoch so that they are fenced,
     * then makes their unfinished sagas this engine's. Waits for a batch in flight; returns how many sagas it took.
     */
    int takeOver(Lease lease);

    /** Requests of people and applications for sagas of this engine, oldest first. */
    List<Request> requests(Lease lease, int limit);

    /**
     * A page of sagas that ended longer ago than they are kept, in the order of their ids. Never among them: what has not
     * ended, parked and held ones too; a sub-saga whose parent has not ended, and a parent whose sub-saga has not. Only the living engine
     * with the lowest number is shown any, so that one at a time forgets; two would do no harm.
     *
     * @param after the last page's {@link Finished#next}, or null to begin
     * @param limit how many sagas are looked at, of which those that are due are returned
     */
    Finished finished(Lease lease, Retention retention, @Nullable SagaId after, int limit);

    /** Deletes sagas with their events and requests and returns how many; those that have not ended are left alone. */
    int forget(List<SagaId> sagas);

    @Override
    void close();

    /** The right to write, until {@code until} on the database's clock. */
    record Lease(int engine, long epoch, String name, Instant until) {}

    /** What to store at once. */
    record Batch(List<NewSaga> starts, List<StoredEvent> events, List<StatusChange> changes, List<Verdict> verdicts) {
        boolean isEmpty() {
            return starts.isEmpty() && events.isEmpty() && changes.isEmpty() && verdicts.isEmpty();
        }
    }

    /** The start of a saga: its event number 0. */
    record NewSaga(SagaHead head, String type, String definitionHash, String payload, SagaStatus status) {}

    /**
     * An event under its number.
     *
     * @param repeats whether an owner that has not seen it makes the same attempt again, and so comes to this number by itself
     */
    record StoredEvent(SagaId saga, int seq, Instant at, SagaEvent event, boolean repeats) {
        public StoredEvent(SagaId saga, int seq, Instant at, SagaEvent event) {
            this(saga, seq, at, event, false);
        }
    }

    /** The saga's row follows its events where people search: status, and the end. */
    record StatusChange(
            SagaId saga,
            SagaStatus status,
            Instant at,
            @Nullable String definitionHash) {}

    /** The answer to a {@link Request}; null means accepted. */
    record Verdict(long request, @Nullable String refusal) {}

    /** Starts that were there already: the id that was asked for, and the id that has the business key. */
    record Written(Map<SagaId, SagaId> existing) {
        static final Written ALL = new Written(Map.of());

        /** @throws DuplicateKeyException when one of these sagas, whose events stand in the batch, was there already */
        void requireNew(Stream<SagaId> withEvents) {
            if (existing.isEmpty()) {
                return;
            }
            withEvents.filter(existing::containsKey).findFirst().ifPresent(saga -> {
                throw new DuplicateKeyException(
                        "saga " + saga + ": its business key is taken by saga " + existing.get(saga)
                                + "; its start and its events were rolled back",
                        null);
            });
        }
    }

    /** A saga as it is stored. */
    record StoredSaga(NewSaga start, @Nullable Integer owner, List<StoredEvent> events) {}

    /** Somebody outside the engine wants something of a saga: an intervention or a cancellation, or it to be picked up. */
    record Request(long id, SagaId saga, @Nullable SagaEvent event) {}

    /** Sagas that may be forgotten. @param next where the next page begins, or null if this was the last one */
    record Finished(List<Ended> sagas, @Nullable SagaId next) {
        static final Finished NONE = new Finished(List.of(), null);
    }

    /** @param participants command channels on which somebody may still keep something for the saga */
    record Ended(SagaId id, String correlationId, List<String> participants) {}

    /** Business work in the transaction, and what to store with it. */
    @FunctionalInterface
    interface LocalUnit {
        Batch run(Tx tx) throws Exception;
    }

    /** The lease was usurped: this engine must stop at once. */
    final class Fenced extends RuntimeException {
        public Fenced(Lease lease) {
            super("engine " + lease.engine() + " (" + lease.name() + ") lost its lease: epoch " + lease.epoch()
                    + " is no longer current. Another engine has taken over its sagas; this one stops");
        }
    }
}
