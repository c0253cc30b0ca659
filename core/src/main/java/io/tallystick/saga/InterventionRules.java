package io.tallystick.saga;

import io.tallystick.saga.StepTable.Move;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a person's act means. An act that does not fit changes nothing and says what would. */
final class InterventionRules {

    private InterventionRules() {}

    /** Returns why the act is not possible, or null. */
    static @Nullable String apply(SagaDraft draft, Intervention act) {
        return switch (act.verb()) {
            case NOTE -> null;
            case REASSIGN -> {
                draft.assignee = act.data();
                yield null;
            }
            case RETRY -> onParked(draft, act, draft::retryNow);
            case EDIT -> edit(draft, act);
            case MARK_DONE ->
                onParked(draft, act, position -> {
                    if (act.data() != null) {
                        draft.payload = Payload.of(act.data());
                    }
                    draft.move(position, Move.PERSON_MARKS_DONE, words(act));
                });
            case SKIP -> onParked(draft, act, position -> draft.move(position, Move.PERSON_SKIPS, words(act)));
            case COMPENSATE -> compensate(draft, act);
            case RESUME -> resume(draft);
        };
    }

    private static @Nullable String edit(SagaDraft draft, Intervention act) {
        String edited = act.data();
        if (edited == null) {
            return "edit needs the new payload (--payload JSON)";
        }
        String undecided = undecidedAction(draft, act.step());
        if (undecided != null) {
            return undecided;
        }
        return onParked(draft, act, position -> {
            draft.payload = Payload.of(edited);
            draft.retryAnew(position);
        });
    }

    /** Under its old key the participant would repeat its answer to the old payload; under a new one it might act twice. */
    private static @Nullable String undecidedAction(SagaDraft draft, @Nullable String vouchedFor) {
        for (String name : draft.parkedSteps()) {
            StepState step = draft.step(draft.graph.position(name));
            if (step.status() == StepStatus.PARKED && step.mayHaveRun() && vouchedFor == null) {
                return "nobody knows whether '" + name + "' happened with the old payload: find out, then 'tally saga"
                        + " done' if it did, or name it with --step " + name + " to vouch that it did not";
            }
        }
        return null;
    }

    private interface OnStep {
        void act(int position);
    }

    private static @Nullable String onParked(SagaDraft draft, Intervention act, OnStep onStep) {
        List<String> parked = draft.parkedSteps();
        if (parked.isEmpty()) {
            return act.verb() + " is for a parked saga, this one is "
                    + draft.before().status();
        }
        if (act.step() == null && parked.size() > 1) {
            return act.verb() + " must name one of the parked steps " + parked + " (--step NAME)";
        }
        String step = act.step() == null ? parked.get(0) : act.step();
        if (!parked.contains(step)) {
            return "step '" + step + "' is not parked; parked are " + parked;
        }
        onStep.act(draft.graph.position(step));
        return null;
    }

    private static @Nullable String compensate(SagaDraft draft, Intervention act) {
        String held = TurnRules.heldForParent(draft);
        if (held != null) {
            return held;
        }
        if (draft.backward) {
            return draft.parkedSteps().isEmpty()
                    ? "it is being taken back already"
                    : onParked(draft, act, draft::retryNow);
        }
        boolean forced = draft.before().status() == SagaStatus.PARKED;
        if (TurnRules.pastPivot(draft) && !forced) {
            return "its pivot is done and it goes forward; only a parked saga can be forced back";
        }
        AnswerRules.applyStashedOf(draft, draft.pivot());
        String unsettled = unsettledPivot(draft, act.step());
        if (unsettled != null) {
            return unsettled;
        }
        draft.turnBack("compensation ordered by " + words(act));
        return null;
    }

    /** A pivot that happened, or may have, and has no compensation must be settled by evidence, not by wishing. */
    private static @Nullable String unsettledPivot(SagaDraft draft, @Nullable String vouchedFor) {
        int pivot = draft.pivot();
        if (pivot < 0) {
            return null;
        }
        StepState step = draft.step(pivot);
        String name = step.token().step();
        if (step.status() == StepStatus.DONE && !draft.spec(pivot).compensated() && !name.equals(vouchedFor)) {
            return "its pivot '" + name + "' is done and has no compensation: take it back by hand, then"
                    + " 'tally saga compensate --step " + name + "' to vouch that this was done";
        }
        if (step.status() == StepStatus.RUNNING) {
            return "the outcome of its pivot '" + name + "' is awaited; wait until it is known or parked";
        }
        if (step.status() == StepStatus.PARKED
                && step.mayHaveRun()
                && !draft.spec(pivot).compensated()
                && !name.equals(vouchedFor)) {
            return "nobody knows whether its pivot '" + name + "' happened and it has no compensation: find out, then"
                    + " 'tally saga done' if it did, or 'tally saga compensate --step " + name
                    + "' to vouch that it did not";
        }
        return null;
    }

    /** A compensation that has begun is settled first; then its action is done once more, as a new execution. */
    private static @Nullable String resume(SagaDraft draft) {
        if (draft.before().status() != SagaStatus.PARKED) {
            return "resume is for a parked saga, this one is " + draft.before().status();
        }
        if (draft.parentEnd == SagaStatus.COMPENSATED) {
            return "its parent was taken back and waits for this one to be, too";
        }
        draft.backward = false;
        draft.cause = null;
        for (int i = 0; i < draft.graph.size(); i++) {
            if (draft.step(i).status().parked()) {
                draft.retryNow(i);
            }
        }
        return null;
    }

    private static String words(Intervention act) {
        return act.who() + ": " + act.why();
    }
}
