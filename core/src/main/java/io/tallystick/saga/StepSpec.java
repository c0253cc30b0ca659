package io.tallystick.saga;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One step as data, without the code that carries it out: what the machine, the linter, the explorer and the diagram
 * read, and what the definition's hash is made of.
 *
 * @param name unique in the saga; stored with every event, so renaming a step makes a new definition
 * @param after names of the steps that must be passed before this one begins
 */
public record StepSpec(String name, StepKind kind, Conduct conduct, Traits traits, List<String> after) {

    public StepSpec {
        after = List.copyOf(after);
    }

    /**
     * How the step is carried out and recovered.
     *
     * @param recovery what it allows once something behind it goes wrong
     * @param compensated whether a compensation is defined
     * @param retry when an unknown outcome is tried again
     * @param timeout how long one attempt may take; for a {@link StepKind#DELAY} how long it lasts
     * @param onRefusal what the process does when the participant says no
     * @param onGiveUp what the process does when the attempts are used up
     */
    public record Conduct(
            Recovery recovery,
            boolean compensated,
            RetryPolicy retry,
            Duration timeout,
            Remedy onRefusal,
            Remedy onGiveUp) {}

    /**
     * What the author declares so that the linter can judge; none of it changes how the step runs.
     *
     * @param target whom it talks to: a service, a channel, a saga type, or empty for local work
     * @param refuses whether a business no is possible
     * @param readOnly whether it leaves nothing behind
     * @param writes names of the resources it writes
     * @param countermeasures how it is shielded against other sagas' half-done state
     * @param accepted linter rules accepted here, each with its reason
     */
    public record Traits(
            String target,
            boolean refuses,
            boolean readOnly,
            Set<String> writes,
            Set<Countermeasure> countermeasures,
            Map<String, String> accepted) {
        public Traits {
            writes = Set.copyOf(writes);
            countermeasures = Set.copyOf(countermeasures);
            accepted = Map.copyOf(accepted);
        }
    }

    public boolean pivot() {
        return conduct.recovery() == Recovery.PIVOT;
    }

    public boolean compensable() {
        return conduct.recovery() == Recovery.COMPENSABLE;
    }

    public boolean compensated() {
        return conduct.compensated();
    }
}
