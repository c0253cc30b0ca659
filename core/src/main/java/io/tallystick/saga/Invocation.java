package io.tallystick.saga;

import io.tallystick.message.OperationKey;
import io.tallystick.message.Phase;
import java.time.Instant;

/**
 * One attempt, ready to be made.
 *
 * @param state the saga as it was when the attempt became durable
 * @param epoch of the engine that makes it
 * @param until when the engine stops waiting for the answer
 * @param repeats whether an earlier attempt of this execution, or this one under an earlier owner, may have reached the participant
 */
record Invocation(SagaState state, StepToken token, long epoch, Instant until, boolean repeats) {

    /** Where nobody asks what an earlier attempt may have done. */
    Invocation(SagaState state, StepToken token, long epoch, Instant until) {
        this(state, token, epoch, until, false);
    }

    /** The idempotency key: the same for all attempts of one execution. */
    OperationKey key() {
        return new OperationKey(state.id().toString(), token.step(), token.phase(), token.execution());
    }

    boolean compensates() {
        return token.phase() == Phase.COMPENSATION;
    }

    StepSpec spec() {
        return state.graph().step(token.step());
    }

    StepContext context() {
        return new StepContext(
                state.id(),
                state.head().correlationId(),
                key(),
                token.attempt(),
                new StepContext.Deadline(epoch, until));
    }
}
