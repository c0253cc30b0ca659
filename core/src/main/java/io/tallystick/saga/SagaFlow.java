package io.tallystick.saga;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * What can follow in a definition, after the saga's head as well as after any of its steps.
 *
 * @param <D> the saga's payload
 */
public interface SagaFlow<D> {

    /** The builder that all parts of one definition write to. */
    SagaBuilder<D> saga();

    /** A step that begins when everything before it is passed. Say next how it is carried out. */
    default StepChoice<D> step(String name) {
        return saga().addStep(name);
    }

    /** Branches that run side by side; what follows waits for all of them. */
    default SagaBuilder<D> parallel(Consumer<Branches<D>> branches) {
        return saga().addParallel(branches);
    }

    /** Time from the start after which the saga is cancelled, unless its pivot is done. */
    default SagaBuilder<D> deadline(Duration deadline) {
        return saga().limit(deadline);
    }

    /** Called, at least once, when a saga waits for a person. */
    default SagaBuilder<D> onParked(NoticeHandler<D> handler) {
        return saga().listen(Notice.PARKED, handler);
    }

    /** Called, at least once, when a saga turns back: the cancellation push. */
    default SagaBuilder<D> onCancelled(NoticeHandler<D> handler) {
        return saga().listen(Notice.CANCELLED, handler);
    }

    /** Called, at least once, when the deadline passes after the pivot. */
    default SagaBuilder<D> onOverdue(NoticeHandler<D> handler) {
        return saga().listen(Notice.OVERDUE, handler);
    }

    /**
     * The finished definition.
     *
     * @throws io.tallystick.jdbc.RejectedException with every mistake at once
     */
    default SagaDefinition<D> build() {
        return saga().finish();
    }

    /** Adds branches. */
    interface Branches<D> {
        /** A branch: its steps run one after the other. */
        Branches<D> branch(Consumer<SagaFlow<D>> steps);
    }

    /** Hears about a saga; when it throws, it is called again later. */
    @FunctionalInterface
    interface NoticeHandler<D> {
        void tell(SagaNews<D> news) throws Exception;
    }

    /** What there is to tell. */
    record SagaNews<D>(SagaId saga, String type, String businessKey, D payload, String reason) {}
}
