package io.tallystick.saga;

import io.tallystick.jdbc.Tx;
import io.tallystick.message.Reply;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The code of a step, kept apart from its {@link StepSpec} so that definitions stay data. */
sealed interface StepWork<D> {

    /** Work in the engine's own transaction. */
    record Local<D>(LocalWork<D> action, @Nullable LocalWork<D> compensation) implements StepWork<D> {}

    /** A function that goes outside. */
    record Call<D>(CallWork<D> action, @Nullable CallWork<D> compensation) implements StepWork<D> {}

    /** A command message each way. */
    record Command<D>(
            String channel,
            Function<D, ?> action,
            @Nullable Function<D, ?> compensation,
            @Nullable BiFunction<D, Reply.Done, D> onReply)
            implements StepWork<D> {}

    /** An HTTP request each way. */
    record Http<D>(
            String service,
            Request<D> action,
            @Nullable Request<D> compensation,
            @Nullable BiFunction<D, Reply.Done, D> onReply)
            implements StepWork<D> {}

    /** What one HTTP request carries: the path at the service and the body made from the payload. */
    record Request<D>(String path, Function<D, ?> body) {}

    /** Another saga. */
    record Child<D, C>(SagaDefinition<C> definition, Function<D, C> payload) implements StepWork<D> {}

    /** Nothing but time. */
    record Delay<D>(Duration length) implements StepWork<D> {}

    /** Work in the engine's own transaction; see {@link LocalStep}. */
    @FunctionalInterface
    interface LocalWork<D> {
        /** Returns the payload as it is from now on. */
        D run(Tx tx, D payload) throws Exception;
    }

    /** Work that goes outside; see {@link CallStep}. */
    @FunctionalInterface
    interface CallWork<D> {
        /** Returns the payload as it is from now on. */
        D run(StepContext context, D payload) throws Exception;
    }
}
