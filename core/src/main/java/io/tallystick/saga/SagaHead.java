package io.tallystick.saga;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a saga is told at its start and never changes.
 *
 * @param businessKey unique among the sagas of one type; starting twice with one key starts once
 * @param correlationId one id through everything that belongs to the same business transaction
 * @param parent the saga and step this one is a sub-saga of
 */
public record SagaHead(
        SagaId id,
        String businessKey,
        String correlationId,
        Instant startedAt,
        @Nullable Parent parent) {

    /** The step that started this saga. */
    public record Parent(SagaId saga, String step) {}
}
