package io.tallystick.saga;

import io.tallystick.message.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Performs effects once what asked for them is durable: hands attempts to the runner and sets timers. The loop's thread. */
final class HandOver {

    private static final Duration ASK_CHILD_AGAIN = Duration.ofSeconds(10);

    private final StepRunner runner;
    private final Timers timers;
    private final SubSagas subSagas;
    private final Consumer<LoopInput> offer;
    private final Consumer<SagaState> settled;

    /** When, and under which lease. */
    record Moment(Instant now, SagaStore.Lease lease) {}

    HandOver(
            StepRunner runner,
            Timers timers,
            SubSagas subSagas,
            Consumer<LoopInput> offer,
            Consumer<SagaState> settled) {
        this.runner = runner;
        this.timers = timers;
        this.subSagas = subSagas;
        this.offer = offer;
        this.settled = settled;
    }

    void perform(LiveSaga saga, SagaState after, List<SagaEffect> effects, Moment moment) {
        for (SagaEffect effect : effects) {
            if (effect instanceof SagaEffect.Invoke invoke) {
                if (invoke.due().isAfter(moment.now())) {
                    saga.timers.add(timers.add(invoke.due(), new LoopInput.Due(after.id(), invoke)));
                } else {
                    invoke(saga, invoke, moment);
                }
            } else if (effect instanceof SagaEffect.WakeAtDeadline wake) {
                SagaEvent passed = new SagaEvent.DeadlinePassed(wake.deadline());
                saga.timers.add(timers.add(wake.deadline(), LoopInput.Event.of(after.id(), passed)));
            } else if (effect instanceof SagaEffect.Notify notify) {
                tell(after, notify.notice());
            } else if (effect instanceof SagaEffect.ReleaseChildren release) {
                subSagas.release(after.id(), release.completed());
            } else if (effect instanceof SagaEffect.Settled) {
                settled.accept(after);
            }
        }
    }

    void invoke(LiveSaga saga, SagaEffect.Invoke invoke, Moment moment) {
        StepSpec spec = saga.state.graph().step(invoke.token().step());
        switch (spec.kind()) {
            case LOCAL -> local(saga, invoke, moment);
            case DELAY ->
                offer.accept(LoopInput.Event.of(saga.state.id(), new SagaEvent.StepDone(invoke.token(), null)));
            case SAGA -> child(saga, invoke, moment);
            case CALL, HTTP, COMMAND -> outside(saga, invoke.token(), spec, moment);
        }
    }

    private void outside(LiveSaga saga, StepToken token, StepSpec spec, Moment moment) {
        SagaState state = saga.state;
        SagaId id = state.id();
        Instant until = moment.now().plus(spec.conduct().timeout());
        String late = "no answer within " + spec.conduct().timeout();
        saga.timers.add(timers.add(until, LoopInput.Event.of(id, new SagaEvent.StepUnknown(token, late, true))));
        runner.run(
                new Invocation(state, token, moment.lease().epoch(), until, repeats(saga, token)),
                answer -> offer.accept(LoopInput.Event.of(id, answer)));
    }

    private static boolean repeats(LiveSaga saga, StepToken token) {
        boolean earlier =
                token.phase() == Phase.ACTION ? saga.state.step(token.step()).mayHaveRun() : token.attempt() > 1;
        return earlier || saga.madeAgain.contains(token);
    }

    /** The attempt decides and stores by itself, so nothing else may be decided for this saga meanwhile. */
    private void local(LiveSaga saga, SagaEffect.Invoke invoke, Moment moment) {
        SagaId id = saga.state.id();
        if (saga.localInFlight) {
            saga.deferred.add(new LoopInput.Due(id, invoke));
            return;
        }
        if (saga.state.seq() != saga.durable.seq()) {
            // Something decided but not yet durable stands before it: come back once it is.
            offer.accept(new LoopInput.Due(id, invoke));
            return;
        }
        runLocal(saga, invoke.token(), moment.lease(), null);
    }

    /** The start becomes durable with what the attempt decides. */
    void begin(LiveSaga saga, JoinedStart start, Moment moment) {
        saga.starting = start;
        runLocal(saga, start.first().token(), moment.lease(), start.row());
    }

    private void runLocal(LiveSaga saga, StepToken token, SagaStore.Lease lease, SagaStore.@Nullable NewSaga start) {
        saga.localInFlight = true;
        SagaId id = saga.state.id();
        Invocation attempt = new Invocation(saga.state, token, lease.epoch(), lease.until());
        runner.runLocal(
                new StepRunner.LocalAttempt(attempt, lease, start),
                result -> offer.accept(new LoopInput.Local(id, result)));
    }

    /** Asked again now and then until it is settled: a takeover may bring parent and child here at different times. */
    private void child(LiveSaga saga, SagaEffect.Invoke invoke, Moment moment) {
        SagaState parent = saga.state;
        StepToken token = invoke.token();
        saga.timers.add(timers.add(moment.now().plus(ASK_CHILD_AGAIN), new LoopInput.Due(parent.id(), invoke)));
        if (token.phase() == Phase.COMPENSATION) {
            subSagas.callBack(parent, token);
            return;
        }
        runner.runChild(
                new Invocation(parent, token, moment.lease().epoch(), moment.now()),
                start -> subSagas.start(parent, token, start),
                answer -> offer.accept(LoopInput.Event.of(parent.id(), answer)));
    }

    private void tell(SagaState state, Notice notice) {
        runner.tell(
                state,
                notice,
                delivered -> offer.accept(LoopInput.Event.of(state.id(), new SagaEvent.Notified(notice, delivered))));
    }
}
