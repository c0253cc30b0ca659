package io.tallystick.saga;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes changes as one batch and finds out what became of it: after a lost answer by reading, after a rejection by
 * halving, until the one bad row stands alone. Used by one thread.
 */
final class BatchWriter {

    private final SagaStore store;

    BatchWriter(SagaStore store) {
        this.store = store;
    }

    /** A change and what became of it. */
    record Settled(Change change, Fate fate) {}

    /** What became of one change. */
    sealed interface Fate {
        /** Durable; {@code existing} is the saga that had the business key before, if any. */
        record Stored(@Nullable SagaId existing) implements Fate {}

        /** Will never be stored. */
        record Refused(RuntimeException why) implements Fate {}

        /** Another owner wrote an event of that number: the saga must be read again. */
        record Overtaken() implements Fate {}

        /** A start whose business key stands in another transaction that has not ended: it has to come again. */
        record Busy() implements Fate {}
    }

    /**
     * The fate of every change; those of one saga in their order.
     *
     * @throws io.tallystick.jdbc.UnavailableException nothing of what has no fate yet was written: try again later
     * @throws SagaStore.Fenced the engine lost its lease
     */
    List<Settled> write(SagaStore.Lease lease, List<Change> changes) {
        return write(lease, changes, true);
    }

    /** As {@link #write}, for starts whose key was busy before: most likely it still is, and nobody else is to wait for it. */
    List<Settled> writeAgain(SagaStore.Lease lease, List<Change> changes) {
        return write(lease, changes, false);
    }

    private List<Settled> write(SagaStore.Lease lease, List<Change> changes, boolean patient) {
        try {
            SagaStore.Batch batch = batch(changes);
            SagaStore.Written written = patient ? store.write(lease, batch) : store.writeHardlyWaiting(lease, batch);
            return stored(changes, written.existing());
        } catch (UnknownOutcomeException e) {
            return findOut(changes, e);
        } catch (ConflictException | RejectedException e) {
            if (changes.size() == 1) {
                return List.of(new Settled(changes.get(0), alone(changes.get(0), e)));
            }
            // what the whole has waited for in vain no half waits for again: each wait keeps all sagas of the engine
            // waiting
            List<List<Change>> halves = halves(changes);
            List<Settled> fates = new ArrayList<>(write(lease, halves.get(0), false));
            fates.addAll(behind(fates, halves.get(1), lease));
            return fates;
        }
    }

    /** What follows a start that is not there yet has nothing to follow. */
    private List<Settled> behind(List<Settled> before, List<Change> changes, SagaStore.Lease lease) {
        Settled last = before.get(before.size() - 1);
        return last.fate() instanceof Fate.Busy
                        && last.change().saga().equals(changes.get(0).saga())
                ? changes.stream()
                        .map(change -> new Settled(change, last.fate()))
                        .toList()
                : write(lease, changes, false);
    }

    private Fate alone(Change change, RuntimeException why) {
        if (why instanceof RejectedException) {
            return new Fate.Refused(why);
        }
        SagaStore.StoredEvent event = change.row().event();
        if (event != null
                && store.lastSeq(event.saga()).filter(seq -> seq >= event.seq()).isPresent()) {
            return new Fate.Overtaken();
        }
        if (change.row().start() != null) {
            return new Fate.Busy();
        }
        throw new UnavailableException(
                "saga " + change.saga() + " could not be stored beside another transaction", why);
    }

    /**
     * Every change is looked up, not one for all: an earlier try may have stored a half of them. What is not known to be
     * stored is tried again later, never here: an answer that stays lost must not keep the engine's thread.
     */
    private List<Settled> findOut(List<Change> changes, UnknownOutcomeException lost) {
        Map<SagaId, SagaId> owners = new HashMap<>();
        for (Change change : changes) {
            if (!isStored(change, owners)) {
                throw new UnavailableException("the answer to a batch was lost and not all of it is stored", lost);
            }
        }
        return stored(changes, owners);
    }

    private boolean isStored(Change change, Map<SagaId, SagaId> owners) {
        SagaStore.NewSaga start = change.row().start();
        if (start != null) {
            Optional<SagaId> owner = store.find(start.type(), start.head().businessKey());
            owner.ifPresent(id -> owners.put(start.head().id(), id));
            return owner.isPresent();
        }
        SagaStore.StoredEvent event = change.row().event();
        return event != null && isStored(event);
    }

    /** Under that number, and as we wrote it: a usurper may have written another event there. */
    private boolean isStored(SagaStore.StoredEvent event) {
        return store.load(event.saga()).stream()
                .flatMap(saga -> saga.events().stream())
                .anyMatch(
                        stored -> stored.seq() == event.seq() && stored.event().equals(event.event()));
    }

    private static List<Settled> stored(List<Change> changes, Map<SagaId, SagaId> existing) {
        List<Settled> fates = new ArrayList<>(changes.size());
        for (Change change : changes) {
            SagaId other = change.row().start() == null ? null : existing.get(change.saga());
            boolean own = other == null || other.equals(change.saga());
            fates.add(new Settled(change, new Fate.Stored(own ? null : other)));
        }
        return fates;
    }

    /** Two halves that leave the changes of one saga together, in their order. */
    private static List<List<Change>> halves(List<Change> changes) {
        Map<SagaId, List<Change>> bySaga = new LinkedHashMap<>();
        changes.forEach(change ->
                bySaga.computeIfAbsent(change.saga(), id -> new ArrayList<>()).add(change));
        if (bySaga.size() == 1) {
            return List.of(changes.subList(0, 1), changes.subList(1, changes.size()));
        }
        List<Change> first = new ArrayList<>();
        List<Change> second = new ArrayList<>();
        bySaga.values().forEach(group -> (first.size() < changes.size() / 2 ? first : second).addAll(group));
        return List.of(first, second);
    }

    static SagaStore.Batch batch(List<Change> changes) {
        List<SagaStore.NewSaga> starts = new ArrayList<>();
        List<SagaStore.StoredEvent> events = new ArrayList<>();
        Map<SagaId, SagaStore.StatusChange> statuses = new LinkedHashMap<>();
        List<SagaStore.Verdict> verdicts = new ArrayList<>();
        for (Change change : changes) {
            Change.Row row = change.row();
            if (row.start() != null) {
                starts.add(row.start());
            }
            if (row.event() != null) {
                events.add(row.event());
            }
            if (row.status() != null) {
                statuses.merge(change.saga(), row.status(), BatchWriter::later);
            }
            if (row.request() != 0) {
                verdicts.add(new SagaStore.Verdict(row.request(), null));
            }
        }
        return new SagaStore.Batch(starts, events, List.copyOf(statuses.values()), verdicts);
    }

    private static SagaStore.StatusChange later(SagaStore.StatusChange a, SagaStore.StatusChange b) {
        return b.definitionHash() == null
                ? new SagaStore.StatusChange(b.saga(), b.status(), b.at(), a.definitionHash())
                : b;
    }
}
