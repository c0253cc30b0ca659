package io.tallystick.saga;

import org.jspecify.annotations.Nullable;

/**
 * How far a saga has come.
 *
 * @param status ended, parked, or still on its way when the wait was over
 * @param payload the payload as JSON
 * @param cause why it turned back or is parked, or null
 */
public record SagaOutcome(
        SagaId saga,
        SagaStatus status,
        String payload,
        @Nullable String cause) {

    static SagaOutcome of(SagaState state) {
        String cause = state.cause();
        if (state.status() == SagaStatus.PARKED) {
            for (StepState step : state.steps()) {
                if (step.status().parked()) {
                    cause = "'" + step.token().step() + "' is parked: " + step.detail();
                }
            }
        }
        return new SagaOutcome(state.id(), state.status(), state.payload(), cause);
    }

    public boolean completed() {
        return status == SagaStatus.COMPLETED;
    }

    public boolean compensated() {
        return status == SagaStatus.COMPENSATED;
    }

    public boolean parked() {
        return status == SagaStatus.PARKED;
    }

    public boolean stillRunning() {
        return status == SagaStatus.RUNNING || status == SagaStatus.COMPENSATING || status == SagaStatus.HELD;
    }
}
