package io.tallystick.saga;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a saga may turn back on request: before its pivot at once, while the pivot is unknown after that, then never. */
final class TurnRules {

    private TurnRules() {}

    /** Returns why the request does not count, or null. */
    static @Nullable String cancel(SagaDraft draft, String why) {
        if (draft.backward) {
            return "it is being taken back already";
        }
        if (pastPivot(draft)) {
            return "its pivot '" + draft.spec(draft.pivot()).name() + "' is done, from there it only goes forward."
                    + " A person can force the compensation of a parked saga: tally saga compensate";
        }
        turnOrRemember(draft, why);
        return null;
    }

    /** A deadline that can no longer turn the saga back is told to whoever listens. */
    static @Nullable String deadline(SagaDraft draft, Instant deadline) {
        if (draft.backward || draft.before().status() == SagaStatus.HELD) {
            return "the deadline " + deadline + " has nothing left to turn back";
        }
        if (pastPivot(draft)) {
            draft.announce(Notice.OVERDUE);
            return draft.effects.isEmpty() ? "the deadline passed after the pivot" : null;
        }
        turnOrRemember(draft, "the deadline " + deadline + " passed");
        return null;
    }

    static @Nullable String parentEnded(SagaDraft draft, boolean completed) {
        if (!completed && draft.backward) {
            return "it is being taken back already";
        }
        draft.parentEnded(completed);
        return null;
    }

    /** While the pivot is in flight its outcome decides; the wish is kept as the cause. */
    private static void turnOrRemember(SagaDraft draft, String why) {
        int pivot = draft.pivot();
        boolean pivotUndecided = pivot >= 0
                && (draft.step(pivot).status() == StepStatus.RUNNING
                        || draft.step(pivot).status() == StepStatus.PARKED);
        if (pivotUndecided) {
            draft.cause = why;
        } else {
            draft.turnBack(why);
        }
    }

    static boolean pastPivot(SagaDraft draft) {
        int pivot = draft.pivot();
        return pivot >= 0 && draft.step(pivot).status().passed();
    }
}
