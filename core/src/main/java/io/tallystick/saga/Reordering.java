package io.tallystick.saga;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The better order of a saga without branches: checks first, then local work, external calls last, the rest behind the pivot. */
final class Reordering {

    private Reordering() {}

    /** The names in the better order; empty if the saga has branches or stands in that order already. */
    static List<String> of(SagaGraph graph) {
        if (!isChain(graph)) {
            return List.of();
        }
        List<String> now = graph.steps().stream().map(StepSpec::name).toList();
        List<String> better = graph.steps().stream()
                .sorted(Comparator.comparingInt(Reordering::rank)
                        .thenComparing(step -> !step.traits().refuses()))
                .map(StepSpec::name)
                .toList();
        return better.equals(now) ? List.of() : better;
    }

    /** The names with one step moved before another; empty if the saga has branches. */
    static List<String> before(SagaGraph graph, String moved, String other) {
        if (!isChain(graph)) {
            return List.of();
        }
        List<String> names =
                new ArrayList<>(graph.steps().stream().map(StepSpec::name).toList());
        names.remove(moved);
        names.add(names.indexOf(other), moved);
        return names;
    }

    private static boolean isChain(SagaGraph graph) {
        for (int i = 0; i < graph.size(); i++) {
            boolean chained = graph.before(i).length == (i == 0 ? 0 : 1) && (i == 0 || graph.before(i)[0] == i - 1);
            if (!chained) {
                return false;
            }
        }
        return true;
    }

    private static int rank(StepSpec step) {
        if (step.conduct().recovery() == Recovery.FORWARD_ONLY) {
            return 5;
        }
        if (step.pivot()) {
            return 4;
        }
        if (step.traits().readOnly() && step.kind() != StepKind.DELAY) {
            return 0;
        }
        return step.kind() == StepKind.LOCAL ? 1 : step.compensated() ? 2 : 3;
    }
}
