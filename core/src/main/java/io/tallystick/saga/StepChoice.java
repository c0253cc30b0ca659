package io.tallystick.saga;

import java.time.Duration;
import java.util.function.Function;

/** How a step is carried out. */
public final class StepChoice<D> {

    private final SagaBuilder<D> saga;
    private final String name;

    StepChoice(SagaBuilder<D> saga, String name) {
        this.saga = saga;
        this.name = name;
    }

    /** In the engine's own database transaction: exactly once. */
    public LocalStep<D> local(LocalStep.Work<D> work) {
        return localUpdating((tx, payload) -> {
            work.run(tx, payload);
            return payload;
        });
    }

    /** As {@link #local}, and returns the payload as it is from now on. */
    public LocalStep<D> localUpdating(LocalStep.Update<D> work) {
        return new LocalStep<>(saga.draft(name, StepKind.LOCAL, ""), work::run);
    }

    /** A function that goes outside: at least once; hand {@link StepContext#key()} to the participant. */
    public CallStep<D> call(CallStep.Work<D> work) {
        return callUpdating((context, payload) -> {
            work.run(context, payload);
            return payload;
        });
    }

    /** As {@link #call}, and returns the payload as it is from now on. */
    public CallStep<D> callUpdating(CallStep.Update<D> work) {
        return new CallStep<>(saga.draft(name, StepKind.CALL, ""), work::run);
    }

    /** A command on a channel; its simple class name travels as the command's name. */
    public CommandStep<D> command(String channel, Function<D, ?> command) {
        return new CommandStep<>(saga.draft(name, StepKind.COMMAND, channel), channel, command);
    }

    /** A POST to a path of a service; the service's address is looked up at every attempt. The payload is the body. */
    public HttpStep<D> http(String service, String path) {
        return http(service, path, payload -> payload);
    }

    /** As {@link #http(String, String)} with a body made from the payload. */
    public HttpStep<D> http(String service, String path, Function<D, ?> body) {
        return new HttpStep<>(saga.draft(name, StepKind.HTTP, service), service, new StepWork.Request<>(path, body));
    }

    /** Another saga. It keeps its undo until this one ends, and is taken back with it. */
    public <C> ChildStep<D> saga(SagaDefinition<C> definition, Function<D, C> payload) {
        return new ChildStep<>(
                saga.draft(name, StepKind.SAGA, definition.type()), new StepWork.Child<>(definition, payload));
    }

    /** Nothing but time passes. */
    public ChildStep<D> delay(Duration length) {
        if (length.isNegative() || length.isZero()) {
            throw new IllegalArgumentException(
                    "step '" + name + "': a delay of " + length + ", expected more than zero");
        }
        StepDraft<D> draft = saga.draft(name, StepKind.DELAY, "");
        draft.timeout = length;
        draft.refuses = false;
        return new ChildStep<>(draft, new StepWork.Delay<>(length));
    }
}
