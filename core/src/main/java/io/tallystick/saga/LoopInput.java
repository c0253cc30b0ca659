package io.tallystick.saga;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What reaches the loop from outside. */
sealed interface LoopInput {

    /** The saga it is about. */
    SagaId saga();

    /**
     * A new saga; completes with its id, or the id of the one that has its business key.
     *
     * @param awaited whether whoever starts it waits for its end anyway, so that the start may become durable together
     *     with the first steps
     */
    record Start(SagaHead head, SagaGraph graph, Payload payload, boolean awaited, CompletableFuture<SagaId> started)
            implements LoopInput {
        @Override
        public SagaId saga() {
            return head.id();
        }
    }

    /**
     * An event for a saga.
     *
     * @param request the stored request it comes from, or 0
     * @param taken completes when the event is durable: with null, or with the reason why it does not count
     */
    record Event(
            SagaId saga,
            SagaEvent event,
            long request,
            @Nullable CompletableFuture<@Nullable String> taken) implements LoopInput {
        Event with(SagaEvent asKnown) {
            return asKnown.equals(event) ? this : new Event(saga, asKnown, request, taken);
        }

        static Event of(SagaId saga, SagaEvent event) {
            return new Event(saga, event, 0, null);
        }
    }

    /** What came of a local attempt. */
    record Local(SagaId saga, StepRunner.LocalResult result) implements LoopInput {}

    /** An attempt whose time has come. */
    record Due(SagaId saga, SagaEffect.Invoke effect) implements LoopInput {}

    /** A saga of this engine that is in the store but perhaps not here. */
    record Load(SagaId saga, SagaStore.@Nullable StoredSaga stored) implements LoopInput {}

    /** Tells whoever waits that this will not be done. */
    default void fail(RuntimeException why) {
        if (this instanceof Start start) {
            start.started().completeExceptionally(why);
        } else if (this instanceof Event event && event.taken() != null) {
            event.taken().completeExceptionally(why);
        }
    }
}
