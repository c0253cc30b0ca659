package io.tallystick.saga;

import java.util.Objects;

/** Calls a function that goes outside. Whatever it throws, except a no or a known nothing, leaves the outcome unknown. */
final class CallRunner {

    private final PayloadCodec codec;

    CallRunner(PayloadCodec codec) {
        this.codec = codec;
    }

    <D> SagaEvent.Answer run(StepWork.Call<D> work, Invocation attempt, D payload) {
        StepToken token = attempt.token();
        try {
            StepWork.CallWork<D> function =
                    attempt.compensates() ? Objects.requireNonNull(work.compensation()) : work.action();
            D after = function.run(attempt.context(), payload);
            return Answers.done(attempt, payload, after, codec);
        } catch (StepRefused e) {
            return new SagaEvent.StepWasRefused(token, e.code(), e.reason());
        } catch (NotExecuted e) {
            return new SagaEvent.StepUnknown(token, Failures.words(e), false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new SagaEvent.StepUnknown(token, "interrupted", true);
        } catch (Throwable e) {
            // an Error, too: it ends this attempt and not the thread, or the saga would wait for its time-out
            return new SagaEvent.StepUnknown(token, Failures.words(e), true);
        }
    }
}
