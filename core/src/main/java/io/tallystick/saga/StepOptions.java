package io.tallystick.saga;

import java.time.Duration;
import java.util.Arrays;

/**
 * What can be said of any step.
 *
 * @param <D> the saga's payload
 * @param <S> the kind of step, so that calls chain
 */
public sealed interface StepOptions<D, S> extends SagaFlow<D>
        permits LocalStep, CallStep, CommandStep, HttpStep, ChildStep {

    /** Where the options are kept. */
    StepSettings<D> settings();

    /** This step. */
    S self();

    @Override
    default SagaBuilder<D> saga() {
        return settings().draft().saga;
    }

    /** The point of no return. */
    default S pivot() {
        settings().draft().recovery = Recovery.PIVOT;
        return self();
    }

    /** Comes after the pivot and is retried until done, then parked. */
    default S forwardOnly() {
        settings().draft().recovery = Recovery.FORWARD_ONLY;
        return self();
    }

    /** Leaves nothing behind, so it needs no compensation. */
    default S readOnly() {
        settings().draft().readOnly = true;
        return self();
    }

    /** There is no business no: a refusal would be a defect and parks the saga. */
    default S neverRefuses() {
        settings().draft().refuses = false;
        return self();
    }

    default S retry(RetryPolicy policy) {
        settings().draft().retry = policy;
        return self();
    }

    /** How long one attempt may take before its outcome counts as unknown; 10 seconds unless said otherwise. */
    default S timeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "step '" + settings().draft().name + "': timeout " + timeout + ", expected more than zero");
        }
        settings().draft().timeout = timeout;
        return self();
    }

    /** What the process does on a business no; compensates unless the step is forward only. */
    default S onRefusal(Remedy remedy) {
        settings().draft().onRefusal = remedy;
        return self();
    }

    /** What the process does when the attempts are used up; compensates what can be, parks anything else. */
    default S onGiveUp(Remedy remedy) {
        settings().draft().onGiveUp = remedy;
        return self();
    }

    /** Names of the resources it writes, for the linter: two branches must not write one. */
    default S writes(String... resources) {
        settings().draft().writes.addAll(Arrays.asList(resources));
        return self();
    }

    /** How it is shielded against the half-done state of other sagas. */
    default S shieldedBy(Countermeasure... countermeasures) {
        settings().draft().countermeasures.addAll(Arrays.asList(countermeasures));
        return self();
    }

    /** Accepts a finding of the linter at this step, with the reason that stands in the report from now on. */
    default S accept(String rule, String reason) {
        settings().draft().accepted.put(rule, reason);
        return self();
    }

    /** Holds a step's options; opaque to users. */
    final class StepSettings<D> {
        private final StepDraft<D> draft;

        StepSettings(StepDraft<D> draft) {
            this.draft = draft;
        }

        StepDraft<D> draft() {
            return draft;
        }
    }
}
