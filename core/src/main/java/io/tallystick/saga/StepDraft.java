package io.tallystick.saga;

import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A step while it is being described. Lives on the thread that builds the definition. */
final class StepDraft<D> {

    final SagaBuilder<D> saga;
    final String name;
    final StepKind kind;
    final String target;
    final List<String> after;
    final Set<String> writes = new LinkedHashSet<>();
    final Set<Countermeasure> countermeasures = EnumSet.noneOf(Countermeasure.class);
    final Map<String, String> accepted = new LinkedHashMap<>();
    Recovery recovery = Recovery.COMPENSABLE;
    RetryPolicy retry = RetryPolicy.DEFAULT;
    Duration timeout = Duration.ofSeconds(10);
    boolean compensated;
    boolean refuses = true;
    boolean readOnly;

    @Nullable
    Remedy onRefusal;

    @Nullable
    Remedy onGiveUp;

    @Nullable
    StepWork<D> work;

    StepDraft(SagaBuilder<D> saga, String name, StepKind kind, String target, List<String> after) {
        this.saga = saga;
        this.name = name;
        this.kind = kind;
        this.target = target;
        this.after = after;
    }

    StepSpec spec() {
        StepSpec.Conduct conduct =
                new StepSpec.Conduct(recovery, compensated, retry, timeout, refusalRemedy(), giveUpRemedy());
        StepSpec.Traits traits = new StepSpec.Traits(target, refuses, readOnly, writes, countermeasures, accepted);
        return new StepSpec(name, kind, conduct, traits, after);
    }

    private Remedy refusalRemedy() {
        if (onRefusal != null) {
            return onRefusal;
        }
        return recovery == Recovery.FORWARD_ONLY ? Remedy.PARK : Remedy.COMPENSATE;
    }

    /** Only what can be taken back is given up by itself; an unknown pivot waits for a person. */
    private Remedy giveUpRemedy() {
        if (onGiveUp != null) {
            return onGiveUp;
        }
        return recovery == Recovery.COMPENSABLE && (compensated || readOnly || kind == StepKind.DELAY)
                ? Remedy.COMPENSATE
                : Remedy.PARK;
    }
}
