package io.tallystick.saga;

import io.tallystick.message.Reply;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** From what a participant said to the event that the machine understands. */
final class Answers {

    private Answers() {}

    /** Done; the payload is only stored again if the work returned another one. */
    static <D> SagaEvent.StepDone done(StepToken token, D before, D after, PayloadCodec codec) {
        return new SagaEvent.StepDone(token, same(before, after) ? null : codec.encode(after));
    }

    /** A participant's reply. One that cannot be taken into the payload leaves the step done but its meaning unknown. */
    static <D> SagaEvent.Answer of(
            StepToken token,
            D payload,
            Reply reply,
            @Nullable BiFunction<D, Reply.Done, D> onReply,
            PayloadCodec codec) {
        if (reply instanceof Reply.Refused refused) {
            return new SagaEvent.StepWasRefused(token, refused.code(), refused.reason());
        }
        if (onReply == null || !(reply instanceof Reply.Done done)) {
            return new SagaEvent.StepDone(token, null);
        }
        try {
            return done(token, payload, onReply.apply(payload, done), codec);
        } catch (RuntimeException e) {
            String why = "its reply cannot be taken into the payload: " + Failures.words(e);
            return new SagaEvent.StepUnknown(token, why, true);
        }
    }

    @SuppressWarnings("ReferenceEquality") // only an optimisation: the work returned what it was given
    private static boolean same(Object before, Object after) {
        return before == after || before.equals(after);
    }
}
