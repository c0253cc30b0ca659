package io.tallystick.saga;

import io.tallystick.saga.LintRule.Suspicion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Rules about what can be taken back and what cannot. */
final class RecoveryRules {

    private RecoveryRules() {}

    /** A compensable step leaves something behind, has no compensation, and something can still turn the saga back. */
    static List<Suspicion> missingCompensation(SagaGraph graph) {
        return each(graph, step -> step.compensable() && leaves(step) && !step.compensated(), (step, found) -> {
            List<String> refusing = names(
                    graph,
                    other -> !other.equals(step)
                            && other.conduct().onRefusal() == Remedy.COMPENSATE
                            && other.traits().refuses()
                            && graph.position(other.name()) > graph.position(step.name()));
            if (!refusing.isEmpty()) {
                found.add(Suspicion.of(
                        step,
                        "when " + refusing + " is refused the saga ends COMPENSATED, but what '" + step.name()
                                + "' did stays",
                        "add .compensate(...), or .readOnly() if it leaves nothing behind, or put it behind what can be"
                                + " refused"));
            }
        });
    }

    /** Something can only go forward, or cannot be taken back, and no step is marked as the point of no return. */
    static List<Suspicion> noPivot(SagaGraph graph) {
        if (graph.steps().stream().anyMatch(StepSpec::pivot)) {
            return List.of();
        }
        List<String> fixed = names(
                graph,
                step -> leaves(step) && (step.conduct().recovery() == Recovery.FORWARD_ONLY || !step.compensated()));
        if (fixed.isEmpty()) {
            return List.of();
        }
        return List.of(new Suspicion(
                fixed,
                "a cancel or the deadline can turn the saga back while " + fixed + " is under way or done, and nothing"
                        + " takes that back",
                "mark the step that decides the saga .pivot(): before it everything can be taken back, behind it"
                        + " everything goes forward",
                List.of()));
    }

    /** Two steps are marked as pivot. */
    static List<Suspicion> twoPivots(SagaGraph graph) {
        List<String> pivots = names(graph, StepSpec::pivot);
        return pivots.size() < 2
                ? List.of()
                : List.of(new Suspicion(
                        pivots,
                        "once '" + pivots.get(0) + "' is done there is no way back, so a refusal of '" + pivots.get(1)
                                + "' waits for a person",
                        "keep one pivot: the last step that can be refused; what follows is .forwardOnly()",
                        List.of()));
    }

    /** A step behind the pivot is declared compensable although the saga no longer turns back there. */
    static List<Suspicion> compensableAfterPivot(SagaGraph graph) {
        return each(
                graph,
                step -> step.compensable() && leaves(step) && behindPivot(graph, step),
                (step, found) -> found.add(Suspicion.of(
                        step,
                        "the pivot is done by then, so a refusal does not take the saga back: it waits for a person",
                        "move it before the pivot, or mark it .forwardOnly()")));
    }

    /** A forward-only step stands before the pivot. */
    static List<Suspicion> forwardOnlyBeforePivot(SagaGraph graph) {
        return each(
                graph,
                step -> step.conduct().recovery() == Recovery.FORWARD_ONLY
                        && graph.steps().stream().anyMatch(pivot -> pivot.pivot() && !behindPivot(graph, step)),
                (step, found) -> found.add(new Suspicion(
                        List.of(step.name()),
                        "when the pivot is refused the saga turns back and '" + step.name() + "' stays done",
                        "put it behind the pivot",
                        Reordering.of(graph))));
    }

    /** A forward-only step may be refused. */
    static List<Suspicion> forwardOnlyCanRefuse(SagaGraph graph) {
        return each(
                graph,
                step -> step.conduct().recovery() == Recovery.FORWARD_ONLY
                        && step.traits().refuses(),
                (step, found) -> found.add(Suspicion.of(
                        step,
                        "a refusal behind the pivot can neither go on nor back: the saga waits for a person",
                        "check what could be refused before the pivot, then say .neverRefuses()")));
    }

    static boolean leaves(StepSpec step) {
        return !step.traits().readOnly() && step.kind() != StepKind.DELAY;
    }

    static boolean behindPivot(SagaGraph graph, StepSpec step) {
        return graph.steps().stream()
                .anyMatch(pivot -> pivot.pivot()
                        && graph.position(pivot.name()) < graph.position(step.name())
                        && graph.ordered(pivot.name(), step.name()));
    }

    static List<String> names(SagaGraph graph, Predicate<StepSpec> which) {
        return graph.steps().stream().filter(which).map(StepSpec::name).toList();
    }

    interface OnStep {
        void look(StepSpec step, List<Suspicion> found);
    }

    static List<Suspicion> each(SagaGraph graph, Predicate<StepSpec> which, OnStep look) {
        List<Suspicion> found = new ArrayList<>();
        graph.steps().stream().filter(which).forEach(step -> look.look(step, found));
        return found;
    }
}
