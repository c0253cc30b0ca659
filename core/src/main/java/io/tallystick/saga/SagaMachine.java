package io.tallystick.saga;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The protocol of an orchestrated saga as a pure function: no IO, no clock, no randomness, no threads. Same state, event
 * and instant give the same decision, so replaying the stored events gives the stored state.
 *
 * <p>Sources: Garcia-Molina and Salem, Sagas (1987) for forward and backward recovery; the three-valued outcome and the
 * intent written before the action leaves follow from the lost reply (docs/failure-model.md).
 */
final class SagaMachine {

    private SagaMachine() {}

    /** The first decision: everything that waits for nothing is launched. The start itself is stored as number 0. */
    static Decision<SagaState, SagaEffect> begin(SagaHead head, SagaGraph graph, Payload payload) {
        SagaDraft draft = new SagaDraft(SagaState.started(head, graph, payload), head.startedAt());
        if (graph.deadline() != null) {
            draft.effects.add(new SagaEffect.WakeAtDeadline(head.startedAt().plus(graph.deadline())));
        }
        draft.goOn();
        return Decision.of(draft.state(0), draft.effects);
    }

    /** What follows from one event. An event that does not count changes nothing and says why. */
    static Decision<SagaState, SagaEffect> decide(SagaState state, SagaEvent event, Instant now) {
        if (state.status().ended()) {
            return Decision.ignore(
                    state, "saga " + state.id() + " has ended " + state.status() + "; ends never change");
        }
        SagaDraft draft = new SagaDraft(state, now);
        String ignored = apply(draft, event);
        if (ignored != null) {
            return Decision.ignore(state, ignored);
        }
        AnswerRules.applyStash(draft);
        draft.goOn();
        return Decision.of(draft.state(state.seq() + 1), draft.effects);
    }

    private static @org.jspecify.annotations.Nullable String apply(SagaDraft draft, SagaEvent event) {
        if (event instanceof SagaEvent.Answer answer) {
            return AnswerRules.apply(draft, answer);
        }
        if (event instanceof SagaEvent.Intervened intervened) {
            return InterventionRules.apply(draft, intervened.intervention());
        }
        if (event instanceof SagaEvent.Notified notified) {
            return draft.notices.remove(notified.notice()) ? null : notified.notice() + " was delivered before";
        }
        if (event instanceof SagaEvent.CancelRequested cancel) {
            return TurnRules.cancel(draft, "cancelled by " + cancel.by() + ": " + cancel.why());
        }
        if (event instanceof SagaEvent.DeadlinePassed passed) {
            return TurnRules.deadline(draft, passed.deadline());
        }
        if (event instanceof SagaEvent.ParentEnded ended) {
            return TurnRules.parentEnded(draft, ended.completed());
        }
        // A migration only changes the graph, which the one who replays looks up by its hash.
        return null;
    }

    /** The same saga under another definition; steps are carried over by name. */
    static SagaState migrate(SagaState state, SagaGraph to) {
        List<StepState> steps = new ArrayList<>(to.size());
        for (StepSpec step : to.steps()) {
            steps.add(state.graph().contains(step.name()) ? state.step(step.name()) : StepState.untouched(step.name()));
        }
        SagaState.Progress before = state.progress();
        return new SagaState(
                state.head(),
                to,
                state.seq(),
                state.status(),
                new SagaState.Progress(
                        List.copyOf(steps), before.payload(), before.backward(), before.cause(), before.waiting()));
    }

    /**
     * The event as far as a new owner can know it: that an attempt left nothing behind says nothing about the same attempt
     * under the owner before, which may have sent it.
     *
     * @param madeAgain attempts that {@link #outstanding} asked for
     */
    static SagaEvent asFarAsKnown(SagaEvent event, Set<StepToken> madeAgain) {
        return event instanceof SagaEvent.StepUnknown unknown
                        && !unknown.mayHaveRun()
                        && madeAgain.contains(unknown.token())
                ? new SagaEvent.StepUnknown(unknown.token(), unknown.reason(), true)
                : event;
    }

    /**
     * What a new owner has to do again for a saga it just loaded: every awaited attempt, under the token and key it had,
     * because nobody knows whether it left.
     */
    static List<SagaEffect> outstanding(SagaState state) {
        List<SagaEffect> effects = new ArrayList<>();
        if (state.status().ended()) {
            return effects;
        }
        if (state.graph().deadline() != null) {
            effects.add(new SagaEffect.WakeAtDeadline(
                    state.head().startedAt().plus(state.graph().deadline())));
        }
        List<SagaEvent.Answer> answered = state.progress().waiting().stash();
        for (StepState step : state.steps()) {
            boolean stashed =
                    answered.stream().anyMatch(answer -> answer.token().equals(step.token()));
            if (step.status().inFlight() && step.due() != null && !stashed) {
                effects.add(new SagaEffect.Invoke(step.token(), step.due()));
            }
        }
        state.progress().waiting().notices().forEach(notice -> effects.add(new SagaEffect.Notify(notice)));
        return effects;
    }
}
