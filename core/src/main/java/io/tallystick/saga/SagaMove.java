package io.tallystick.saga;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One unfinished saga on its way to another definition.
 *
 * @param obstacles why it cannot move, empty if it can
 * @param receipt what its owner answered, null if it was not asked
 */
public record SagaMove(
        SagaLedger.Entry saga,
        List<String> obstacles,
        @Nullable Receipt receipt) {

    public SagaMove {
        obstacles = List.copyOf(obstacles);
    }

    public SagaId id() {
        return saga.start().head().id();
    }

    SagaMove with(Receipt answer) {
        return new SagaMove(saga, obstacles, answer);
    }
}
