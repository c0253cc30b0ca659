package io.tallystick.saga;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What must hold of an explored saga: nothing doubled, nothing lost, nothing left behind, and what the user declares. */
record Verdicts(Map<String, Predicate<World>> invariants) {

    List<String> broken(Situation at) {
        List<String> broken = new ArrayList<>();
        for (StepSpec step : at.saga().graph().steps()) {
            counted(at, step, broken);
        }
        SagaStatus status = at.saga().status();
        if (status.ended() && !someSkipped(at)) {
            invariants.forEach((name, holds) -> {
                if (!holds.test(at.world())) {
                    broken.add("'" + name + "' does not hold: " + at.world());
                }
            });
        } else if (!status.ended()
                && status != SagaStatus.PARKED
                && at.sent().isEmpty()
                && at.waiting().isEmpty()) {
            broken.add("it is " + status + " and nothing will ever happen again");
        }
        return broken;
    }

    /** Who skips a step decides that its effect shall be missing. */
    private static boolean someSkipped(Situation at) {
        return at.saga().steps().stream().anyMatch(step -> step.status() == StepStatus.SKIPPED);
    }

    private static void counted(Situation at, StepSpec step, List<String> broken) {
        int times = at.world().times(step.name());
        SagaStatus status = at.saga().status();
        boolean skipped = at.saga().step(step.name()).status() == StepStatus.SKIPPED;
        if (times > 1) {
            broken.add("'" + step.name() + "' happened " + times + " times");
        } else if (times < 0) {
            broken.add("'" + step.name() + "' was compensated more often than it happened");
        } else if (status == SagaStatus.COMPLETED && times == 0 && !skipped && step.kind() != StepKind.DELAY) {
            broken.add("the saga is COMPLETED but '" + step.name() + "' did not happen");
        } else if (status == SagaStatus.COMPENSATED
                && times > 0
                && !step.traits().readOnly()) {
            broken.add("the saga is COMPENSATED but '" + step.name() + "' stays done"
                    + (step.compensated() ? "" : ": it has no compensation"));
        }
    }
}
