package io.tallystick.saga;

import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was decided and waits to be stored, as one batch. While the store is away it is kept, and tried again. Belongs to the loop's thread. */
final class DecidedChanges {

    static final Duration PAUSE_WHEN_STORE_FAILS = Duration.ofMillis(200);

    private static final Duration LONGEST_PAUSE_OF_BUSY = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(DecidedChanges.class);

    private final BatchWriter writer;
    private final SagaMetrics metrics;
    private final InstantSource clock;
    private final List<Change> changes = new ArrayList<>();
    private final Set<SagaId> busy = new HashSet<>();
    private Instant notBefore;

    DecidedChanges(SagaStore store, SagaMetrics metrics, InstantSource clock) {
        this.writer = new BatchWriter(store);
        this.metrics = metrics;
        this.clock = clock;
        this.notBefore = clock.instant();
    }

    /** Until a start is tried again whose key is busy: as long as it has waited, so that the tries take half of the time at most. */
    static Duration pauseOfBusy(Duration waited) {
        Duration pause = waited.compareTo(PAUSE_WHEN_STORE_FAILS) < 0 ? PAUSE_WHEN_STORE_FAILS : waited;
        return pause.compareTo(LONGEST_PAUSE_OF_BUSY) < 0 ? pause : LONGEST_PAUSE_OF_BUSY;
    }

    void add(Change change) {
        changes.add(change);
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    int size() {
        return changes.size();
    }

    /** Negative when nothing speaks against storing them now. */
    Duration untilStored(Instant now) {
        return Duration.between(now, notBefore);
    }

    /**
     * Stores them, if there are any and it is time; starts whose key was busy before by themselves, after the others, which then wait for none
     * of them. Empty when the store is away.
     *
     * @throws SagaStore.Fenced when another engine has taken over
     */
    List<BatchWriter.Settled> store(SagaStore.Lease lease, Instant now) {
        if (changes.isEmpty() || now.isBefore(notBefore)) {
            return List.of();
        }
        List<Change> first = new ArrayList<>(changes);
        List<Change> last = new ArrayList<>();
        if (!busy.isEmpty()) {
            first.removeIf(change -> busy.contains(change.saga()) && last.add(change));
        }
        changes.clear();
        changes.addAll(last);
        List<BatchWriter.Settled> settled = new ArrayList<>();
        if (stored(first, now, part -> writer.write(lease, part), settled)) {
            changes.clear();
            storeAgain(lease, last, now, settled);
        }
        return settled;
    }

    private void storeAgain(SagaStore.Lease lease, List<Change> last, Instant now, List<BatchWriter.Settled> settled) {
        try {
            stored(last, now, part -> writer.writeAgain(lease, part), settled);
        } catch (RuntimeException e) {
            if (settled.isEmpty()) {
                throw e;
            }
            // what is stored has to be told first; the next round meets the same, and nothing else
            LOG.debug("{} changes are tried again", last.size(), e);
        }
    }

    /** Returns false when the store is away; they are kept then. */
    private boolean stored(
            List<Change> part,
            Instant now,
            Function<List<Change>, List<BatchWriter.Settled>> write,
            List<BatchWriter.Settled> settled) {
        if (part.isEmpty()) {
            return true;
        }
        Instant before = clock.instant();
        try {
            List<BatchWriter.Settled> fates = write.apply(List.copyOf(part));
            fates.forEach(this::remember);
            settled.addAll(fates);
        } catch (UnavailableException e) {
            LOG.warn("{} changes wait for the database: {}", part.size(), e.getMessage());
            metrics.storeFailed(String.valueOf(e.getMessage()));
            notBefore = now.plus(PAUSE_WHEN_STORE_FAILS);
            changes.addAll(0, part);
            return false;
        } catch (RuntimeException e) {
            // whoever stops the engine for it fails all that waits
            changes.addAll(0, part);
            throw e;
        }
        metrics.stored(part.size(), Duration.between(before, clock.instant()));
        return true;
    }

    private void remember(BatchWriter.Settled settled) {
        if (settled.fate() instanceof BatchWriter.Fate.Busy) {
            busy.add(settled.change().saga());
        } else if (!busy.isEmpty()) {
            busy.remove(settled.change().saga());
        }
    }

    void fail(RuntimeException why) {
        changes.forEach(change -> change.input().fail(why));
        changes.clear();
    }
}
