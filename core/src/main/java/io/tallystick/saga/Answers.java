package io.tallystick.saga;

import io.tallystick.message.Reply;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** From what a participant said to the event that the machine understands. */
final class Answers {

    private Answers() {}

    /** Done; of the payload only those fields are stored that the work changed. */
    static <D> SagaEvent.StepDone done(Invocation attempt, D before, D after, PayloadCodec codec) {
        String changes = same(before, after)
                ? null
                : codec.changes(attempt.state().progress().payload().json(), after);
        return new SagaEvent.StepDone(attempt.token(), changes);
    }

    /** A participant's reply. One that cannot be taken into the payload leaves the step done but its meaning unknown. */
    static <D> SagaEvent.Answer of(
            Invocation attempt,
            D payload,
            Reply reply,
            @Nullable BiFunction<D, Reply.Done, D> onReply,
            PayloadCodec codec) {
        if (reply instanceof Reply.Refused refused) {
            return new SagaEvent.StepWasRefused(attempt.token(), refused.code(), refused.reason());
        }
        if (onReply == null || !(reply instanceof Reply.Done done)) {
            return new SagaEvent.StepDone(attempt.token(), null);
        }
        try {
            return done(attempt, payload, onReply.apply(payload, done), codec);
        } catch (RuntimeException e) {
            String why = "its reply cannot be taken into the payload: " + Failures.words(e);
            return new SagaEvent.StepUnknown(attempt.token(), why, true);
        }
    }

    @SuppressWarnings("ReferenceEquality") // only an optimisation: the work returned what it was given
    private static boolean same(Object before, Object after) {
        return before == after || before.equals(after);
    }
}
