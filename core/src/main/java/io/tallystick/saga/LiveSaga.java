package io.tallystick.saga;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/** A saga in memory. {@code state} is ahead of {@code durable} while a batch is on its way. Belongs to the loop's thread. */
final class LiveSaga {
    SagaState state;
    SagaState durable;
    boolean localInFlight;
    final ArrayDeque<LoopInput> deferred = new ArrayDeque<>(0);
    final List<Timers.Timer> timers = new ArrayList<>(2);

    /** Attempts outside that an earlier owner may have sent already. */
    final Set<StepToken> madeAgain = new HashSet<>(0);

    LiveSaga(SagaState state) {
        this.state = state;
        this.durable = state;
    }

    void madeAgain(List<SagaEffect> outstanding) {
        for (SagaEffect effect : outstanding) {
            if (effect instanceof SagaEffect.Invoke invoke
                    && state.graph().step(invoke.token().step()).kind().external()) {
                madeAgain.add(invoke.token());
            }
        }
    }

    void cancelTimers(Timers all, StepToken answered) {
        for (int i = timers.size() - 1; i >= 0; i--) {
            if (timers.get(i).input() instanceof LoopInput.Event event
                    && event.event() instanceof SagaEvent.Answer timeOut
                    && timeOut.token().equals(answered)) {
                all.cancel(timers.remove(i));
            }
        }
    }

    void drainInto(Queue<LoopInput> inbox) {
        LoopInput input;
        while ((input = deferred.poll()) != null) {
            inbox.add(input);
        }
    }
}
