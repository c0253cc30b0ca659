package io.tallystick.saga;

import io.tallystick.saga.LintRule.Suspicion;
import java.util.ArrayList;
import java.util.List;

/** Rules about the order of steps: what is likely to fail early, local work together, external calls last. */
final class OrderRules {

    private OrderRules() {}

    /** An external call that leaves something behind stands before a local step that could still fail. */
    static List<Suspicion> externalBeforeLocal(SagaGraph graph) {
        return RecoveryRules.each(
                graph,
                step -> step.kind() == StepKind.LOCAL && step.conduct().recovery() != Recovery.FORWARD_ONLY,
                (local, found) -> {
                    List<String> earlier = RecoveryRules.names(
                            graph,
                            step -> step.kind().external() && RecoveryRules.leaves(step) && stands(graph, step, local));
                    if (!earlier.isEmpty()) {
                        found.add(suspicion(
                                graph,
                                earlier,
                                local,
                                "when '" + local.name() + "' fails, " + earlier
                                        + " has to be taken back outside, where it can"
                                        + " be slow, visible or impossible",
                                "do '" + local.name() + "' first; if it needs the answer of the call, accept this with"
                                        + " that reason"));
                    }
                });
    }

    /** A step that may be refused stands behind one that leaves something and is never refused. */
    static List<Suspicion> likelyFailureLate(SagaGraph graph) {
        return RecoveryRules.each(graph, step -> step.traits().refuses() && step.compensable(), (refusing, found) -> {
            List<String> earlier = RecoveryRules.names(
                    graph,
                    step -> stands(graph, step, refusing)
                            && RecoveryRules.leaves(step)
                            && step.kind().external()
                            && (!step.traits().refuses() || refusing.traits().readOnly()));
            if (!earlier.isEmpty()) {
                found.add(suspicion(
                        graph,
                        earlier,
                        refusing,
                        "a refusal of '" + refusing.name() + "' is found out only after " + earlier
                                + " was done, and all of it is compensated",
                        "ask '" + refusing.name() + "' first"));
            }
        });
    }

    /** Somebody is asked whether it could be done, and it is done only after others were: what was asked may not hold then. */
    static List<Suspicion> staleCheck(SagaGraph graph) {
        return RecoveryRules.each(
                graph, step -> RecoveryRules.leaves(step) && step.traits().refuses(), (acting, found) -> {
                    for (StepSpec check : graph.steps()) {
                        if (isCheckFor(graph, check, acting)) {
                            List<String> between = RecoveryRules.names(
                                    graph,
                                    step -> RecoveryRules.leaves(step)
                                            && !step.traits()
                                                    .target()
                                                    .equals(acting.traits().target())
                                            && stands(graph, check, step)
                                            && stands(graph, step, acting));
                            if (!between.isEmpty()) {
                                found.add(staleCheck(graph, check, acting, between));
                            }
                        }
                    }
                });
    }

    private static boolean isCheckFor(SagaGraph graph, StepSpec check, StepSpec acting) {
        return check.traits().readOnly()
                && !check.traits().target().isEmpty()
                && check.traits().target().equals(acting.traits().target())
                && stands(graph, check, acting);
    }

    private static Suspicion staleCheck(SagaGraph graph, StepSpec check, StepSpec acting, List<String> between) {
        List<String> steps = new ArrayList<>(List.of(acting.name(), check.name()));
        steps.addAll(between);
        return new Suspicion(
                steps,
                "'" + check.name() + "' asks " + check.traits().target() + ", and '" + acting.name()
                        + "' relies on the answer only after " + between
                        + " was done: what was true may not be any more, and a refusal then takes all of it back",
                "do '" + acting.name() + "' where '" + check.name()
                        + "' stands, which makes the check needless, and let the last step that can be refused decide"
                        + " (.pivot())",
                Reordering.before(graph, acting.name(), between.get(0)));
    }

    /** Two local steps follow each other with nothing between: one transaction needs no compensation between them. */
    static List<Suspicion> couldBeOneTransaction(SagaGraph graph) {
        List<Suspicion> found = new ArrayList<>();
        for (int i = 1; i < graph.size(); i++) {
            int[] before = graph.before(i);
            if (before.length == 1
                    && local(graph, i)
                    && local(graph, before[0])
                    && graph.behind(before[0]).length == 1) {
                String first = graph.steps().get(before[0]).name();
                String second = graph.steps().get(i).name();
                found.add(new Suspicion(
                        List.of(first, second),
                        "'" + first + "' and '" + second + "' are two commits in one database, with a moment between"
                                + " them that a crash or a refusal can hit",
                        "make them one local step: one commit, and no compensation from the one to the other",
                        List.of()));
            }
        }
        return found;
    }

    private static boolean local(SagaGraph graph, int position) {
        return graph.steps().get(position).kind() == StepKind.LOCAL;
    }

    private static boolean stands(SagaGraph graph, StepSpec before, StepSpec after) {
        return graph.position(before.name()) < graph.position(after.name())
                && graph.ordered(before.name(), after.name());
    }

    private static Suspicion suspicion(SagaGraph graph, List<String> earlier, StepSpec step, String what, String mend) {
        List<String> steps = new ArrayList<>(List.of(step.name()));
        steps.addAll(earlier);
        return new Suspicion(steps, what, mend, Reordering.of(graph));
    }
}
