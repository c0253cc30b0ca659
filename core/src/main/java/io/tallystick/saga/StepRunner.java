package io.tallystick.saga;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes attempts. The loop hands them over and goes on; answers come back from any thread. Nothing is handed over before
 * its intent is durable.
 */
interface StepRunner extends AutoCloseable {

    /** Makes an attempt outside the engine's transaction. */
    void run(Invocation attempt, Consumer<SagaEvent.Answer> answer);

    /** Makes an attempt inside a transaction that also stores what follows from it. */
    void runLocal(LocalAttempt attempt, Consumer<LocalResult> result);

    /** Computes the start of a sub-saga. */
    void runChild(Invocation attempt, Consumer<ChildStart> start, Consumer<SagaEvent.Answer> failed);

    /** Delivers a notice; answers whether it was taken. */
    void tell(SagaState state, Notice notice, Consumer<Boolean> delivered);

    /** Whether the calling thread will drive the loop when it returns: it need not wake anybody for an answer. */
    default boolean drivesNext() {
        return false;
    }

    /** An answer for the attempt is stored: nothing more is expected of it. */
    default void answered(SagaId saga, StepToken token) {}

    /** The saga has ended: participants may begin to forget it. */
    default void ended(SagaState saga) {}

    @Override
    default void close() {}

    /**
     * A local attempt.
     *
     * @param start of the saga, when it is to be stored with the attempt; null when it is stored already
     */
    record LocalAttempt(Invocation invocation, SagaStore.Lease lease, SagaStore.@Nullable NewSaga start) {}

    /** What came of a local attempt. */
    sealed interface LocalResult {
        /** Committed: this is the state now, and these effects are due. */
        record Committed(SagaState next, java.util.List<SagaEffect> effects) implements LocalResult {}

        /** Rolled back, with the answer that is to be stored instead. */
        record RolledBack(SagaEvent.Answer answer) implements LocalResult {}

        /** The engine has lost its lease. */
        record Usurped() implements LocalResult {}

        /**
         * Rolled back because the stored history has moved on without this engine's knowledge: read it again. For an
         * attempt with its start: the two cannot be stored together, the business key may be taken.
         */
        record Stale() implements LocalResult {}
    }

    /** A sub-saga to start. */
    record ChildStart(SagaDefinition<?> definition, Payload payload) {}
}
