package io.tallystick.saga;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Who waits for which saga to settle, and how the latest ones ended, for those who ask a moment too late. Thread-safe. */
final class Waiters {

    private static final int REMEMBERED = 16_384;

    private final Map<SagaId, List<CompletableFuture<SagaOutcome>>> waiting = new ConcurrentHashMap<>();
    private final Map<SagaId, SagaOutcome> ended = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SagaId, SagaOutcome> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Completes when the saga settles on this engine, at once if it ended here a moment ago. */
    CompletableFuture<SagaOutcome> register(SagaId saga) {
        CompletableFuture<SagaOutcome> future = new CompletableFuture<>();
        waiting.compute(saga, (id, known) -> {
            List<CompletableFuture<SagaOutcome>> all = known == null ? new ArrayList<>(1) : known;
            all.add(future);
            return all;
        });
        SagaOutcome outcome = recent(saga);
        if (outcome != null) {
            future.complete(outcome);
            forget(saga, future);
        }
        return future;
    }

    void forget(SagaId saga, CompletableFuture<SagaOutcome> future) {
        waiting.computeIfPresent(saga, (id, known) -> {
            known.remove(future);
            return known.isEmpty() ? null : known;
        });
    }

    void settled(SagaState state) {
        SagaOutcome outcome = SagaOutcome.of(state);
        if (state.status().ended()) {
            synchronized (ended) {
                ended.put(state.id(), outcome);
            }
        }
        List<CompletableFuture<SagaOutcome>> futures = waiting.remove(state.id());
        if (futures != null) {
            futures.forEach(future -> future.complete(outcome));
        }
    }

    private @Nullable SagaOutcome recent(SagaId saga) {
        synchronized (ended) {
            return ended.get(saga);
        }
    }
}
