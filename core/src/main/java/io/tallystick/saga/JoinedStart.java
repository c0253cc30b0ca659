package io.tallystick.saga;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A start that is stored in the commit of its first local steps, instead of in one of its own before them. Only where
 * whoever starts the saga waits for its end anyway: the start is durable when those steps are, and no sooner.
 */
record JoinedStart(LoopInput.Start input, Decision<SagaState, SagaEffect> decision, SagaEffect.Invoke first) {

    /** Null when the saga begins with something else than one local step. */
    static @Nullable JoinedStart of(LoopInput.Start input, Decision<SagaState, SagaEffect> decision) {
        List<SagaEffect.Invoke> steps = decision.effects().stream()
                .filter(SagaEffect.Invoke.class::isInstance)
                .map(SagaEffect.Invoke.class::cast)
                .toList();
        if (!input.awaited()
                || steps.size() != 1
                || input.graph().step(steps.get(0).token().step()).kind() != StepKind.LOCAL) {
            return null;
        }
        return new JoinedStart(input, decision, steps.get(0));
    }

    SagaStore.NewSaga row() {
        return Change.newSaga(input, decision.next());
    }

    /** What follows from the start besides the step. */
    List<SagaEffect> others() {
        return decision.effects().stream().filter(effect -> effect != first).toList();
    }

    /** The start by itself, since the two were not stored together. The step's answer, if there is one, waits until it is. */
    Change alone(LiveSaga saga, StepRunner.LocalResult result) {
        if (result instanceof StepRunner.LocalResult.RolledBack rolledBack) {
            saga.localInFlight = true;
            saga.deferred.addFirst(LoopInput.Event.of(saga.state.id(), rolledBack.answer()));
            return Change.start(input, Decision.of(decision.next(), others()));
        }
        return Change.start(input, decision);
    }
}
