package io.tallystick.saga;

import io.tallystick.jdbc.Tx;

/** A step in the engine's own database transaction: business rows and saga state are one commit, exactly once. */
public final class LocalStep<D> implements StepOptions<D, LocalStep<D>> {

    private final StepSettings<D> settings;
    private final StepWork.LocalWork<D> action;

    LocalStep(StepDraft<D> draft, StepWork.LocalWork<D> action) {
        this.settings = new StepSettings<>(draft);
        this.action = action;
        draft.work = new StepWork.Local<>(action, null);
    }

    /** Takes the action back; only called after the action was committed. */
    public LocalStep<D> compensate(Work<D> work) {
        return compensateUpdating((tx, payload) -> {
            work.run(tx, payload);
            return payload;
        });
    }

    /** As {@link #compensate}, and returns the payload as it is from now on. */
    public LocalStep<D> compensateUpdating(Update<D> work) {
        settings.draft().compensated = true;
        settings.draft().work = new StepWork.Local<>(action, work::run);
        return this;
    }

    @Override
    public StepSettings<D> settings() {
        return settings;
    }

    @Override
    public LocalStep<D> self() {
        return this;
    }

    /**
     * Work on the database of the engine. It throws {@link StepRefused} for a business no; whatever it throws, its
     * transaction is rolled back. It must touch nothing but the transaction: it may run again after a roll-back.
     */
    @FunctionalInterface
    public interface Work<D> {
        void run(Tx tx, D payload) throws Exception;
    }

    /** Work that changes the saga's payload. */
    @FunctionalInterface
    public interface Update<D> {
        D run(Tx tx, D payload) throws Exception;
    }
}
