package io.tallystick.saga;

/** A step that is another saga, or only time: it has nothing to be said about its compensation. */
public final class ChildStep<D> implements StepOptions<D, ChildStep<D>> {

    private final StepSettings<D> settings;

    ChildStep(StepDraft<D> draft, StepWork<D> work) {
        this.settings = new StepSettings<>(draft);
        draft.work = work;
        draft.compensated = work instanceof StepWork.Child;
        draft.readOnly = work instanceof StepWork.Delay;
    }

    @Override
    public StepSettings<D> settings() {
        return settings;
    }

    @Override
    public ChildStep<D> self() {
        return this;
    }
}
