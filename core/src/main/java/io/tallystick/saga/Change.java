package io.tallystick.saga;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change on its way into the store: what is written, and what follows once it is.
 *
 * @param before the state it was decided on, or null for a start
 * @param input what asked for it
 */
record Change(@Nullable SagaState before, SagaState after, Row row, List<SagaEffect> effects, LoopInput input) {

    /** What is written. */
    record Row(
            SagaStore.@Nullable NewSaga start,
            SagaStore.@Nullable StoredEvent event,
            SagaStore.@Nullable StatusChange status,
            long request) {}

    SagaId saga() {
        return after.id();
    }

    static Change start(LoopInput.Start start, Decision<SagaState, SagaEffect> decision) {
        SagaStore.NewSaga row = newSaga(start, decision.next());
        return new Change(null, decision.next(), new Row(row, null, null, 0), decision.effects(), start);
    }

    static SagaStore.NewSaga newSaga(LoopInput.Start start, SagaState begun) {
        SagaGraph graph = start.graph();
        return new SagaStore.NewSaga(
                start.head(), graph.type(), graph.hash(), start.payload().json(), begun.status());
    }

    static Change event(
            SagaState before, Decision<SagaState, SagaEffect> decision, LoopInput.Event input, java.time.Instant at) {
        SagaState after = decision.next();
        SagaStore.StoredEvent event = new SagaStore.StoredEvent(
                after.id(), after.seq(), at, input.event(), input.request() == 0 && before.wouldRepeat(input.event()));
        return new Change(
                before,
                after,
                new Row(null, event, statusChange(before, after, at), input.request()),
                decision.effects(),
                input);
    }

    /** The saga's row is only touched when what people search for changes. */
    static SagaStore.@Nullable StatusChange statusChange(SagaState before, SagaState after, java.time.Instant at) {
        boolean migrated = before.graph() != after.graph();
        if (before.status() == after.status() && !migrated) {
            return null;
        }
        return new SagaStore.StatusChange(
                after.id(), after.status(), at, migrated ? after.graph().hash() : null);
    }

    /** Who waits for it to be durable. */
    void stored(@Nullable SagaId existing) {
        if (input instanceof LoopInput.Start start) {
            start.started().complete(existing == null ? saga() : existing);
        } else if (input instanceof LoopInput.Event event && event.taken() != null) {
            event.taken().complete(null);
        }
    }
}
