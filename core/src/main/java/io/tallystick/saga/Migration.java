package io.tallystick.saga;

import java.util.ArrayList;
import java.util.List;

/** Whether a saga in flight can go on with another definition, and why not. */
final class Migration {

    private Migration() {}

    /** What stands against it; empty if it can move. */
    static List<String> obstacles(SagaState state, SagaGraph to) {
        List<String> obstacles = new ArrayList<>();
        if (!state.graph().type().equals(to.type())) {
            obstacles.add("it is a '" + state.graph().type() + "', not a '" + to.type() + "'");
        }
        for (StepState step : state.steps()) {
            if (step.status() != StepStatus.NOT_STARTED) {
                carriedOver(state, step, to, obstacles);
            }
        }
        for (StepSpec step : to.steps()) {
            boolean isNew = !state.graph().contains(step.name());
            if (isNew && somethingBehindHasBegun(state, to, step)) {
                obstacles.add("the new step '" + step.name() + "' stands before one that has begun");
            }
        }
        return obstacles;
    }

    private static void carriedOver(SagaState state, StepState step, SagaGraph to, List<String> obstacles) {
        String name = step.token().step();
        if (!to.contains(name)) {
            obstacles.add("step '" + name + "' is " + step.status() + " and the new definition does not have it");
            return;
        }
        StepSpec before = state.graph().step(name);
        StepSpec after = to.step(name);
        if (before.kind() != after.kind()) {
            obstacles.add("step '" + name + "' is " + step.status() + " as " + before.kind() + ", and would become "
                    + after.kind());
        }
        if (before.compensated() && !after.compensated()) {
            obstacles.add("step '" + name + "' is " + step.status() + " and would lose its compensation");
        }
    }

    private static boolean somethingBehindHasBegun(SagaState state, SagaGraph to, StepSpec added) {
        for (int later : to.behind(to.position(added.name()))) {
            StepSpec step = to.steps().get(later);
            boolean begun = state.graph().contains(step.name())
                    && state.step(step.name()).status() != StepStatus.NOT_STARTED;
            if (begun || somethingBehindHasBegun(state, to, step)) {
                return true;
            }
        }
        return false;
    }

    static Decision<SagaState, SagaEffect> decide(SagaState state, SagaEvent.Migrated to, Definitions definitions) {
        SagaDefinition<?> target = definitions.find(to.definitionHash()).orElse(null);
        if (target == null) {
            return Decision.ignore(
                    state,
                    "definition " + to.definitionHash() + " is not registered with the engine that"
                            + " owns the saga; register it there first");
        }
        List<String> obstacles = obstacles(state, target.graph());
        if (!obstacles.isEmpty()) {
            return Decision.ignore(state, "it cannot move to " + target + ": " + String.join("; ", obstacles));
        }
        SagaState moved = SagaMachine.migrate(state, target.graph());
        return Decision.of(
                new SagaState(moved.head(), moved.graph(), state.seq() + 1, moved.status(), moved.progress()),
                List.of());
    }
}
