package io.tallystick.saga;

import io.tallystick.jdbc.UnknownOutcomeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A saga in memory. {@code state} is ahead of {@code durable} while a batch is on its way. Belongs to the loop's thread. */
final class LiveSaga {
    SagaState state;
    SagaState durable;
    boolean localInFlight;
    /** Its start, while that is being stored together with the local steps in flight. */
    @Nullable
    JoinedStart starting;

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

    /** Tells whoever waits for the start that it may or may not become durable, and whoever wanted something that it was not looked at. */
    void lost(RuntimeException why) {
        deferred.forEach(input -> input.fail(why));
        deferred.clear();
        JoinedStart start = starting;
        if (start != null) {
            starting = null;
            start.input()
                    .fail(new UnknownOutcomeException(
                            "saga '" + state.head().businessKey() + "' was being stored with its first steps when: "
                                    + why.getMessage() + ". Start it again with the same key",
                            why));
        }
    }

    void drainInto(Consumer<LoopInput> inbox) {
        LoopInput input;
        while ((input = deferred.poll()) != null) {
            inbox.accept(input);
        }
    }
}
