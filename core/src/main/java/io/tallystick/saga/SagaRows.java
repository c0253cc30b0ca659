package io.tallystick.saga;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A batch as rows. A saga that starts and changes its status in one batch becomes one row in its last state: parts of
 * one statement do not see each other's rows.
 */
record SagaRows(List<Start> starts, List<Event> events, List<Change> changes, List<SagaStore.Verdict> verdicts) {

    /** @param correlationId null when it is the saga's own id, which then needs no entry in an index */
    record Start(
            SagaStore.NewSaga saga,
            int typeId,
            int definitionId,
            SagaStatus status,
            @Nullable Instant endedAt,
            @Nullable String correlationId) {
        long id() {
            return saga.head().id().value();
        }

        SagaHead head() {
            return saga.head();
        }

        @Nullable
        Long parentId() {
            SagaHead.Parent parent = head().parent();
            return parent == null ? null : parent.saga().value();
        }

        @Nullable
        String parentStep() {
            SagaHead.Parent parent = head().parent();
            return parent == null ? null : parent.step();
        }
    }

    /**
     * @param fresh whether the saga starts in the same batch
     * @param repeats see {@link SagaStore.StoredEvent}
     */
    record Event(SagaId saga, int seq, Instant at, SagaEventCodec.Coded coded, boolean fresh, boolean repeats) {}

    record Change(
            SagaId saga,
            SagaStatus status,
            @Nullable Instant endedAt,
            @Nullable Integer definitionId) {}

    static SagaRows of(SagaStore.Batch batch, SagaCatalog catalog, SagaEventCodec codec) {
        Map<SagaId, SagaStore.StatusChange> changes = new HashMap<>();
        // the last change of a saga wins
        batch.changes().forEach(change -> changes.merge(change.saga(), change, SagaRows::later));
        Set<SagaId> fresh = new HashSet<>();
        List<Start> starts = new ArrayList<>(batch.starts().size());
        for (SagaStore.NewSaga saga : batch.starts()) {
            fresh.add(saga.head().id());
            starts.add(start(saga, changes.remove(saga.head().id()), catalog));
        }
        List<Event> events = new ArrayList<>(batch.events().size());
        for (SagaStore.StoredEvent event : batch.events()) {
            SagaId saga = event.saga();
            events.add(new Event(
                    saga, event.seq(), event.at(), codec.encode(event.event()), fresh.contains(saga), event.repeats()));
        }
        List<Change> others = new ArrayList<>(changes.size());
        changes.values().forEach(change -> others.add(change(change, catalog)));
        return new SagaRows(starts, events, others, batch.verdicts());
    }

    private static SagaStore.StatusChange later(SagaStore.StatusChange one, SagaStore.StatusChange two) {
        String hash = two.definitionHash() != null ? two.definitionHash() : one.definitionHash();
        return new SagaStore.StatusChange(two.saga(), two.status(), two.at(), hash);
    }

    private static Start start(SagaStore.NewSaga saga, SagaStore.@Nullable StatusChange change, SagaCatalog catalog) {
        String hash =
                change != null && change.definitionHash() != null ? change.definitionHash() : saga.definitionHash();
        SagaCatalog.Definition definition = catalog.ofHash(hash);
        SagaStatus status = change == null ? saga.status() : change.status();
        Instant at = change == null ? saga.head().startedAt() : change.at();
        String correlation = saga.head().correlationId();
        return new Start(
                saga,
                definition.typeId(),
                definition.id(),
                status,
                status.ended() ? at : null,
                correlation.equals(saga.head().id().toString()) ? null : correlation);
    }

    private static Change change(SagaStore.StatusChange change, SagaCatalog catalog) {
        return new Change(
                change.saga(),
                change.status(),
                change.status().ended() ? change.at() : null,
                change.definitionHash() == null
                        ? null
                        : catalog.ofHash(change.definitionHash()).id());
    }

    /** Microseconds since 1970, the resolution of every database here; what is finer is cut off. */
    static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    static @Nullable Long microsOrNull(@Nullable Instant at) {
        return at == null ? null : Long.valueOf(micros(at));
    }
}
