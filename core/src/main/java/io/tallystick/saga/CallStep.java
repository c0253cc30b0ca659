package io.tallystick.saga;

/** A step that calls a function which goes outside: at least once, with an idempotency key. */
public final class CallStep<D> implements StepOptions<D, CallStep<D>> {

    private final StepSettings<D> settings;
    private final StepWork.CallWork<D> action;

    CallStep(StepDraft<D> draft, StepWork.CallWork<D> action) {
        this.settings = new StepSettings<>(draft);
        this.action = action;
        draft.work = new StepWork.Call<>(action, null);
    }

    /** Takes the action back. It is also called when nobody knows whether the action happened, and must then do nothing. */
    public CallStep<D> compensate(Work<D> work) {
        return compensateUpdating((context, payload) -> {
            work.run(context, payload);
            return payload;
        });
    }

    /** As {@link #compensate}, and returns the payload as it is from now on. */
    public CallStep<D> compensateUpdating(Update<D> work) {
        settings.draft().compensated = true;
        settings.draft().work = new StepWork.Call<>(action, work::run);
        return this;
    }

    @Override
    public StepSettings<D> settings() {
        return settings;
    }

    @Override
    public CallStep<D> self() {
        return this;
    }

    /**
     * Work outside. {@link StepRefused} says a business no, {@link NotExecuted} that nothing happened; any other exception
     * means that nobody knows, and the step is tried again with the same key.
     */
    @FunctionalInterface
    public interface Work<D> {
        void run(StepContext context, D payload) throws Exception;
    }

    /** Work that changes the saga's payload. */
    @FunctionalInterface
    public interface Update<D> {
        D run(StepContext context, D payload) throws Exception;
    }
}
