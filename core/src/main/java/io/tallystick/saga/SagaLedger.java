package io.tallystick.saga;

import io.tallystick.jdbc.Jdbc;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sagas of a store as people and tools see them; needs no engine. Thread-safe. Throws as {@link SagaStore} does.
 */
public interface SagaLedger {

    /** The ledger in the database that the engines write to; its schema component is {@code saga}. */
    static SagaLedger of(Jdbc jdbc) {
        return new JdbcSagaLedger(jdbc);
    }

    /** Sagas that match, newest first. */
    List<Entry> search(Query query);

    Optional<Entry> find(SagaId saga);

    /** The stored events of a saga in their order; number 0 is the start and not among them. */
    List<SagaStore.StoredEvent> history(SagaId saga);

    /** The stored text of a definition, see {@link SagaGraph#canonical()}. */
    Optional<String> definition(String hash);

    /** All stored definitions, by type, the oldest of each first. */
    List<Definition> definitions();

    /** How many unfinished sagas there are for each definition: type, hash, count. */
    List<InFlight> inFlight();

    List<Engine> engines();

    /** Leaves a request for the saga's owner and returns its number. */
    long request(SagaId saga, SagaEvent event);

    /** The owner's answer, or empty while it has not answered. An answer is read once. */
    Optional<Answer> answer(long request);

    /**
     * Deletes up to {@code limit} sagas that ended before the instant, with their events, and returns how many. Their
     * business keys are free after that. Kept are sub-sagas whose parent has not ended, and parents whose sub-saga has not.
     * No participant is told: an engine's own {@link Retention} does that.
     */
    int purge(Instant endedBefore, int limit);

    /**
     * What to search for; null means any.
     *
     * @param unowned only sagas whose owner's lease has run out
     */
    record Query(
            @Nullable String type,
            @Nullable SagaStatus status,
            @Nullable String businessKey,
            @Nullable String correlationId,
            @Nullable Period started,
            boolean unowned,
            int limit) {
        public static Query latest(int limit) {
            return new Query(null, null, null, null, null, false, limit);
        }
    }

    /** From an instant, inclusive, to an instant, exclusive. */
    record Period(Instant from, Instant to) {
        public static Period last(Duration length, Instant now) {
            return new Period(now.minus(length), now);
        }
    }

    /** One saga in a list. */
    record Entry(
            SagaStore.NewSaga start,
            @Nullable Integer owner,
            @Nullable Instant endedAt) {
        public SagaStatus status() {
            return start.status();
        }
    }

    /** @param storedAt when an engine first started with it */
    record Definition(String type, String hash, Instant storedAt) {}

    record InFlight(String type, String definitionHash, long sagas, Map<SagaStatus, Long> byStatus) {}

    record Engine(int id, String name, long epoch, Instant leaseUntil, boolean alive, long sagas) {}

    /** @param refusal why the request was not carried out, or null if it was */
    record Answer(@Nullable String refusal) {}
}
