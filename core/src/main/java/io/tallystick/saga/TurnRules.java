package io.tallystick.saga;

import java.time.Duration;
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
        String held = heldForParent(draft);
        if (held != null) {
            return held;
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

    /** A parent's end may come before the sub-saga has reached its own; it is kept until then. */
    static @Nullable String parentEnded(SagaDraft draft, boolean completed) {
        if (draft.parentEnd != null) {
            return "its parent's end is known already: " + draft.parentEnd;
        }
        draft.parentEnd = completed ? SagaStatus.COMPLETED : SagaStatus.COMPENSATED;
        if (!completed) {
            draft.turnBack("the parent saga was taken back");
        }
        return null;
    }

    /** A held sub-saga belongs to its parent, which counts on it: taken back alone, the parent would end wrong. */
    static @Nullable String heldForParent(SagaDraft draft) {
        SagaHead.Parent parent = draft.before().head().parent();
        return draft.before().status() == SagaStatus.HELD && parent != null
                ? "it is done and held for its parent " + parent.saga() + ": cancel that one, tally saga cancel "
                        + parent.saga()
                : null;
    }

    /** Past the pivot nothing turns back by itself: what would, waits for a person. */
    static Remedy remedy(SagaDraft draft, Remedy wanted) {
        return pastPivot(draft) ? Remedy.PARK : wanted;
    }

    /** Somebody wished to turn back while the pivot was unknown, and now it is known that nothing of it happened. */
    static boolean wishComesTrue(SagaDraft draft, int position, boolean mayHaveRun) {
        return position == draft.pivot()
                && draft.cause != null
                && !mayHaveRun
                && !draft.step(position).mayHaveRun();
    }

    /** The pivot was unknown when the deadline passed; now that it is done, the deadline is missed for good. */
    static void pivotDone(SagaDraft draft, int position) {
        Duration limit = draft.graph.deadline();
        if (position == draft.pivot()
                && !draft.backward
                && draft.cause != null
                && limit != null
                && !draft.now.isBefore(draft.before().head().startedAt().plus(limit))) {
            draft.announce(Notice.OVERDUE);
        }
    }

    /** While nobody knows whether the pivot happened its outcome decides; the wish is kept as the cause. */
    private static void turnOrRemember(SagaDraft draft, String why) {
        int pivot = draft.pivot();
        boolean pivotUndecided = pivot >= 0
                && (draft.step(pivot).status() == StepStatus.RUNNING
                        || (draft.step(pivot).status() == StepStatus.PARKED
                                && draft.step(pivot).mayHaveRun()));
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
