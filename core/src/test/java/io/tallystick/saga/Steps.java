package io.tallystick.saga;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Describes steps as data in tests, without the code that would carry them out. */
final class Steps {
    private final String name;
    private final StepKind kind;
    private List<String> after = List.of();
    private String target;
    private Recovery recovery = Recovery.COMPENSABLE;
    private boolean compensated;
    private RetryPolicy retry = RetryPolicy.DEFAULT.attempts(2);
    private Duration timeout = Duration.ofSeconds(10);
    private boolean refuses = true;
    private boolean readOnly;
    private @Nullable Remedy onRefusal;
    private @Nullable Remedy onGiveUp;
    private final Set<String> writes = new LinkedHashSet<>();
    private final Set<Countermeasure> shields = EnumSet.noneOf(Countermeasure.class);
    private final Map<String, String> accepted = new LinkedHashMap<>();

    private Steps(String name, StepKind kind) {
        this.name = name;
        this.kind = kind;
        this.target = kind == StepKind.LOCAL || kind == StepKind.DELAY ? "" : name + "-service";
    }

    static Steps local(String name) {
        return new Steps(name, StepKind.LOCAL);
    }

    static Steps call(String name) {
        return new Steps(name, StepKind.CALL);
    }

    static Steps command(String name) {
        return new Steps(name, StepKind.COMMAND);
    }

    static Steps http(String name) {
        return new Steps(name, StepKind.HTTP);
    }

    static Steps child(String name) {
        return new Steps(name, StepKind.SAGA).compensated();
    }

    static Steps delay(String name) {
        return new Steps(name, StepKind.DELAY).readOnly().neverRefuses();
    }

    /** At whom; otherwise each step has a service of its own. */
    Steps at(String other) {
        target = other;
        return this;
    }

    Steps after(String... names) {
        after = List.of(names);
        return this;
    }

    Steps compensated() {
        compensated = true;
        return this;
    }

    Steps pivot() {
        recovery = Recovery.PIVOT;
        return this;
    }

    Steps forwardOnly() {
        recovery = Recovery.FORWARD_ONLY;
        return this;
    }

    Steps readOnly() {
        readOnly = true;
        return this;
    }

    Steps neverRefuses() {
        refuses = false;
        return this;
    }

    Steps retry(RetryPolicy policy) {
        retry = policy;
        return this;
    }

    Steps timeout(Duration length) {
        timeout = length;
        return this;
    }

    Steps onRefusal(Remedy remedy) {
        onRefusal = remedy;
        return this;
    }

    Steps onGiveUp(Remedy remedy) {
        onGiveUp = remedy;
        return this;
    }

    Steps writes(String... resources) {
        writes.addAll(List.of(resources));
        return this;
    }

    Steps shieldedBy(Countermeasure countermeasure) {
        shields.add(countermeasure);
        return this;
    }

    Steps accept(String rule, String reason) {
        accepted.put(rule, reason);
        return this;
    }

    StepSpec spec() {
        boolean takenBack = recovery == Recovery.COMPENSABLE && (compensated || readOnly);
        StepSpec.Conduct conduct = new StepSpec.Conduct(
                recovery,
                compensated,
                retry,
                timeout,
                onRefusal != null ? onRefusal : recovery == Recovery.FORWARD_ONLY ? Remedy.PARK : Remedy.COMPENSATE,
                onGiveUp != null ? onGiveUp : takenBack ? Remedy.COMPENSATE : Remedy.PARK);
        StepSpec.Traits traits = new StepSpec.Traits(target, refuses, readOnly, writes, shields, accepted);
        return new StepSpec(name, kind, conduct, traits, after);
    }

    /** One after the other, except where a step says what it waits for. */
    static SagaGraph graph(@Nullable Duration deadline, Steps... steps) {
        List<StepSpec> specs = new ArrayList<>();
        String last = null;
        for (Steps step : steps) {
            if (step.after.isEmpty() && last != null) {
                step.after(last);
            }
            specs.add(step.spec());
            last = step.name;
        }
        return new SagaGraph("test-saga", specs, deadline, EnumSet.allOf(Notice.class));
    }

    static SagaGraph graph(Steps... steps) {
        return graph(null, steps);
    }
}
