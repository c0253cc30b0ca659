package io.tallystick.saga;

import io.tallystick.message.Phase;
import io.tallystick.saga.StepTable.Move;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an answer to an attempt means. Done and refused are known; anything else is unknown and never "did not happen". */
final class AnswerRules {

    private AnswerRules() {}

    /** Returns why the answer does not count, or null. */
    static @Nullable String apply(SagaDraft draft, SagaEvent.Answer answer) {
        StepToken token = answer.token();
        if (!draft.before().awaits(token)) {
            return "late or duplicate answer for " + token + " of saga "
                    + draft.before().id();
        }
        int position = draft.graph.position(token.step());
        if (draft.step(position).status().parked()) {
            return lateButKnown(draft, position, answer);
        }
        if (draft.parked()) {
            if (draft.stash.stream().anyMatch(kept -> kept.token().equals(token))) {
                return "an answer for " + token + " is stashed already";
            }
            draft.stash.add(answer);
            return null;
        }
        take(draft, position, answer);
        return null;
    }

    /** The stashed answers of a saga that is no longer parked, in the order in which they came. */
    static void applyStash(SagaDraft draft) {
        while (!draft.stash.isEmpty() && !draft.parked()) {
            SagaEvent.Answer answer = draft.stash.remove(0);
            int position = draft.graph.position(answer.token().step());
            if (draft.awaits(position, answer.token())) {
                take(draft, position, answer);
            }
        }
    }

    /** The stashed answer of one step, ahead of its turn, because an act of a person depends on it. */
    static void applyStashedOf(SagaDraft draft, int position) {
        for (SagaEvent.Answer answer : List.copyOf(draft.stash)) {
            if (position >= 0 && draft.awaits(position, answer.token())) {
                draft.stash.remove(answer);
                take(draft, position, answer);
            }
        }
    }

    /** A person was about to find out what happened, and now the participant says so itself. */
    private static @Nullable String lateButKnown(SagaDraft draft, int position, SagaEvent.Answer answer) {
        boolean refusedCompensation =
                answer instanceof SagaEvent.StepWasRefused && answer.token().phase() == Phase.COMPENSATION;
        if (answer instanceof SagaEvent.StepUnknown || refusedCompensation) {
            return answer.token() + " is parked and this answer decides nothing";
        }
        take(draft, position, answer);
        return null;
    }

    private static void take(SagaDraft draft, int position, SagaEvent.Answer answer) {
        if (answer instanceof SagaEvent.StepDone done) {
            draft.move(position, Move.DONE, null);
            if (done.payload() != null) {
                draft.payload = draft.payload.changedBy(done.payload());
            }
            TurnRules.pivotDone(draft, position);
        } else if (answer.token().phase() == Phase.COMPENSATION) {
            compensationFailed(draft, position, answer);
        } else if (answer instanceof SagaEvent.StepWasRefused refused) {
            refused(draft, position, refused.code() + ": " + refused.reason());
        } else if (answer instanceof SagaEvent.StepUnknown unknown) {
            unknown(draft, position, unknown);
        }
    }

    private static void refused(SagaDraft draft, int position, String why) {
        draft.refuse(position, why);
        if (draft.backward) {
            return;
        }
        if (TurnRules.remedy(draft, draft.spec(position).conduct().onRefusal()) == Remedy.COMPENSATE) {
            draft.turnBack("'" + draft.spec(position).name() + "' was refused: " + why);
        } else {
            draft.move(position, Move.GIVE_UP, why);
        }
    }

    private static void unknown(SagaDraft draft, int position, SagaEvent.StepUnknown unknown) {
        StepSpec.Conduct conduct = draft.spec(position).conduct();
        if (draft.backward) {
            draft.note(position, unknown.mayHaveRun(), unknown.reason());
            draft.abandon(position, unknown.reason());
        } else if (TurnRules.wishComesTrue(draft, position, unknown.mayHaveRun())) {
            draft.abandon(position, unknown.reason());
            draft.turnBack("'" + draft.spec(position).name() + "' did not happen");
        } else if (conduct.retry().allows(unknown.token().attempt() + 1)) {
            draft.tryAgain(position, unknown.mayHaveRun(), unknown.reason());
        } else {
            draft.note(position, unknown.mayHaveRun(), unknown.reason());
            giveUp(draft, position, unknown.reason());
        }
    }

    /** Known to have left nothing behind is as good as a no; otherwise it may have happened. */
    private static void giveUp(SagaDraft draft, int position, String why) {
        StepSpec.Conduct conduct = draft.spec(position).conduct();
        Remedy wanted = draft.step(position).mayHaveRun() ? conduct.onGiveUp() : conduct.onRefusal();
        if (TurnRules.remedy(draft, wanted) == Remedy.COMPENSATE) {
            draft.abandon(position, why);
            draft.turnBack("'" + draft.spec(position).name() + "' gave up: " + why);
        } else {
            draft.move(position, Move.GIVE_UP, why);
        }
    }

    /** A compensation is never given up: it is repeated, then waits for a person with its locks kept. */
    private static void compensationFailed(SagaDraft draft, int position, SagaEvent.Answer answer) {
        if (answer instanceof SagaEvent.StepUnknown unknown
                && draft.spec(position).conduct().retry().allows(unknown.token().attempt() + 1)) {
            draft.tryAgain(position, unknown.mayHaveRun(), unknown.reason());
        } else if (answer instanceof SagaEvent.StepUnknown unknown) {
            draft.move(position, Move.GIVE_UP, unknown.reason());
        } else if (answer instanceof SagaEvent.StepWasRefused refused) {
            draft.move(position, Move.GIVE_UP, refused.code() + ": " + refused.reason());
        }
    }
}
