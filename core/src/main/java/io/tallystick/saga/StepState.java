package io.tallystick.saga;

import io.tallystick.message.Phase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One step of one saga.
 *
 * @param token the attempt in flight, or the last one
 * @param due when the attempt in flight is to be sent; null when nothing is in flight
 * @param mayHaveRun whether the action may have left something behind although nobody heard so
 * @param detail the last refusal or error, in words
 */
public record StepState(
        StepStatus status,
        StepToken token,
        @Nullable Instant due,
        boolean mayHaveRun,
        @Nullable String detail) {

    static StepState untouched(String step) {
        return new StepState(StepStatus.NOT_STARTED, new StepToken(step, Phase.ACTION, 0, 0), null, false, null);
    }

    StepState as(StepStatus next) {
        return new StepState(next, token, null, mayHaveRun, detail);
    }

    StepState as(StepStatus next, @Nullable String why) {
        return new StepState(next, token, null, mayHaveRun, why);
    }

    /** Every attempt of this execution is known to have left nothing behind. */
    StepState certainlyNotRun() {
        return new StepState(status, token, due, false, detail);
    }

    /** Whether something may be there that a compensation has to take back; skipping a step does not make it unhappened. */
    boolean leftSomething() {
        return status == StepStatus.DONE
                || status == StepStatus.IN_DOUBT
                || (status == StepStatus.SKIPPED && mayHaveRun);
    }

    /** A new execution of the action: the previous one's outcome is known, so it gets a key of its own. */
    StepState act(Instant at) {
        StepToken next = new StepToken(token.step(), Phase.ACTION, token.execution() + 1, 1);
        return new StepState(StepStatus.RUNNING, next, at, false, detail);
    }

    /** The compensation of the last execution, under that execution's number. */
    StepState undo(Instant at) {
        int attempt = token.phase() == Phase.COMPENSATION ? token.attempt() + 1 : 1;
        StepToken next = new StepToken(token.step(), Phase.COMPENSATION, Math.max(1, token.execution()), attempt);
        return new StepState(StepStatus.UNDOING, next, at, mayHaveRun, detail);
    }

    /** The same execution once more. */
    StepState again(StepStatus next, Instant at, boolean mayHaveRunNow, @Nullable String why) {
        return new StepState(next, token.nextAttempt(), at, mayHaveRun || mayHaveRunNow, why);
    }
}
