package io.tallystick.saga;

import java.util.List;
import java.util.function.Function;

/**
 * One rule of the linter.
 *
 * @param id in kebab-case
 * @param sentence what it looks for
 */
record LintRule(String id, Finding.Severity severity, String sentence, Function<SagaGraph, List<Suspicion>> check) {

    /** What a check found, before the rule's own words are added. */
    record Suspicion(List<String> steps, String what, String mend, List<String> reordered) {
        static Suspicion of(StepSpec step, String what, String mend) {
            return new Suspicion(List.of(step.name()), what, mend, List.of());
        }
    }

    List<Finding> findings(SagaGraph graph) {
        return check.apply(graph).stream()
                .map(found ->
                        new Finding(id, severity, found.steps(), found.what(), found.mend(), found.reordered(), null))
                .toList();
    }
}
