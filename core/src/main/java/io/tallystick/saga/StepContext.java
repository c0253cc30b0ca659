package io.tallystick.saga;

import io.tallystick.message.OperationKey;
import java.time.Instant;

/**
 * What a step that goes outside is told about itself.
 *
 * @param key the idempotency key: hand it to the participant; it stays the same over all attempts of one execution
 * @param attempt 1 for the first try
 * @param epoch grows with every change of the saga's owner; a participant may refuse older ones
 * @param before when the engine stops waiting for this attempt and calls its outcome unknown
 */
public record StepContext(SagaId saga, String correlationId, OperationKey key, int attempt, Deadline before) {

    /**
     * Until when, and on whose behalf.
     *
     * @param epoch grows with every change of the saga's owner; a participant may refuse older ones
     * @param at when the engine stops waiting for this attempt and calls its outcome unknown
     */
    public record Deadline(long epoch, Instant at) {}
}
