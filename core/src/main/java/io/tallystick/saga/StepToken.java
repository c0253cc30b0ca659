package io.tallystick.saga;

import io.tallystick.message.Phase;

/**
 * What an answer must name to count: step, phase, execution and attempt. An execution is one business operation with one
 * idempotency key; it grows only when the previous one's outcome is known. Attempts of one execution share the key.
 */
public record StepToken(String step, Phase phase, int execution, int attempt) {

    StepToken nextAttempt() {
        return new StepToken(step, phase, execution, attempt + 1);
    }

    @Override
    public String toString() {
        return step + "/" + (phase == Phase.ACTION ? "action" : "compensation") + "#" + execution + "." + attempt;
    }
}
