package io.tallystick.saga;

import io.tallystick.saga.LintRule.Suspicion;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Rules about what others see, and what is done twice. */
final class IsolationRules {

    private IsolationRules() {}

    /** Two steps that can run at the same time write one resource. */
    static List<Suspicion> parallelWrites(SagaGraph graph) {
        List<Suspicion> found = new ArrayList<>();
        for (StepSpec a : graph.steps()) {
            for (StepSpec b : graph.steps()) {
                Set<String> both = new TreeSet<>(a.traits().writes());
                both.retainAll(b.traits().writes());
                if (graph.position(a.name()) < graph.position(b.name())
                        && !graph.ordered(a.name(), b.name())
                        && !both.isEmpty()) {
                    found.add(new Suspicion(
                            List.of(a.name(), b.name()),
                            "both may write " + both
                                    + " at the same time; one update is lost, or the compensation of one"
                                    + " takes back the other's",
                            "put one behind the other, or let one of them do both writes",
                            List.of()));
                }
            }
        }
        return found;
    }

    /** A step writes what its compensation may change back, and nothing shields other sagas from reading it meanwhile. */
    static List<Suspicion> dirtyRead(SagaGraph graph) {
        return RecoveryRules.each(
                graph,
                step -> step.compensated()
                        && !step.traits().writes().isEmpty()
                        && step.traits().countermeasures().isEmpty()
                        && graph.position(step.name()) < graph.size() - 1,
                (step, found) -> found.add(Suspicion.of(
                        step,
                        "until the saga ends, others read "
                                + new TreeSet<>(step.traits().writes())
                                + " as this step left it, and a compensation may still change it back",
                        "say how it is shielded: .shieldedBy(SEMANTIC_LOCK), COMMUTATIVE_UPDATE, PESSIMISTIC_ORDER,"
                                + " REREAD_WITH_VERSION or BY_VALUE")));
    }

    /** A function that goes outside is the only kind of step that does not hand the key over by itself. */
    static List<Suspicion> callWithoutKey(SagaGraph graph) {
        return RecoveryRules.each(
                graph,
                step -> step.kind() == StepKind.CALL && RecoveryRules.leaves(step),
                (step, found) -> found.add(Suspicion.of(
                        step,
                        "a lost reply is tried again; a participant that is not given the key does the work twice",
                        "hand StepContext.key() to the participant, then accept this with how it dedupes")));
    }
}
