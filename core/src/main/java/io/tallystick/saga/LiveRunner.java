package io.tallystick.saga;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes attempts for real: local and called steps by a crew, HTTP and commands through their own runners. */
final class LiveRunner implements StepRunner {

    private static final Logger LOG = LoggerFactory.getLogger(LiveRunner.class);

    private final Definitions definitions;
    private final PayloadCodec codec;
    private final LoopCrew crew;
    private final ScheduledExecutorService later;
    private final Ways ways;

    /** The ways out of the process. */
    record Ways(LocalRunner local, CallRunner call, HttpRunner http, CommandRunner command) {}

    LiveRunner(Definitions definitions, PayloadCodec codec, LoopCrew crew, ScheduledExecutorService later, Ways ways) {
        this.definitions = definitions;
        this.codec = codec;
        this.crew = crew;
        this.later = later;
        this.ways = ways;
    }

    @Override
    public void run(Invocation attempt, Consumer<SagaEvent.Answer> answer) {
        SagaDefinition<?> definition = definitions.of(attempt.state().graph());
        submit(() -> answered(attempt, answer, () -> outside(definition, attempt, answer)));
    }

    private <D> void outside(SagaDefinition<D> definition, Invocation attempt, Consumer<SagaEvent.Answer> answer) {
        StepWork<D> work = definition.work(attempt.token().step());
        D payload = attempt.state().progress().payload().as(definition.payloadType(), codec);
        if (work instanceof StepWork.Call<D> call) {
            answer.accept(ways.call().run(call, attempt, payload));
        } else if (work instanceof StepWork.Http<D> http) {
            ways.http().send(http, attempt, payload, answer);
        } else if (work instanceof StepWork.Command<D> command) {
            ways.command().send(command, attempt, payload, answer);
        } else {
            throw new IllegalStateException("step " + attempt.token() + " of " + definition + " goes nowhere outside");
        }
    }

    /** What escapes here happened before anything left: the payload did not decode, or the definition does not fit. */
    private static void answered(Invocation attempt, Consumer<SagaEvent.Answer> answer, Runnable work) {
        try {
            work.run();
        } catch (Throwable e) { // a checked one, too: other languages throw them where Java does not let them
            LOG.warn("saga {} step {} was not attempted", attempt.state().id(), attempt.token(), e);
            answer.accept(new SagaEvent.StepUnknown(attempt.token(), Failures.words(e), false));
        }
    }

    @Override
    public void runLocal(LocalAttempt attempt, Consumer<LocalResult> result) {
        SagaDefinition<?> definition =
                definitions.of(attempt.invocation().state().graph());
        submit(() -> result.accept(local(definition, attempt)));
    }

    /** Without a result the saga would wait for ever. If it was committed after all, the event's number is taken. */
    private LocalResult local(SagaDefinition<?> definition, LocalAttempt attempt) {
        try {
            return ways.local().run(definition, attempt);
        } catch (RuntimeException | Error e) {
            Invocation made = attempt.invocation();
            LOG.error("saga {} step {} failed", made.state().id(), made.token(), e);
            return new LocalResult.RolledBack(new SagaEvent.StepUnknown(made.token(), Failures.words(e), false));
        }
    }

    @Override
    public void runChild(Invocation attempt, Consumer<ChildStart> start, Consumer<SagaEvent.Answer> failed) {
        SagaDefinition<?> definition = definitions.of(attempt.state().graph());
        submit(() -> answered(attempt, failed, () -> start.accept(child(definition, attempt))));
    }

    private <D> ChildStart child(SagaDefinition<D> definition, Invocation attempt) {
        if (!(definition.work(attempt.token().step()) instanceof StepWork.Child<D, ?> work)) {
            throw new IllegalStateException(attempt.token() + " of " + definition + " is no sub-saga");
        }
        return childOf(work, attempt.state().progress().payload().as(definition.payloadType(), codec));
    }

    private <D, C> ChildStart childOf(StepWork.Child<D, C> work, D parent) {
        C payload = work.payload().apply(parent);
        return new ChildStart(
                work.definition(), Payload.of(codec.encode(java.util.Objects.requireNonNull(payload)), payload));
    }

    @Override
    public void tell(SagaState state, Notice notice, Consumer<Boolean> delivered) {
        submit(() -> tell(definitions.of(state.graph()), state, new Telling(notice, 1, delivered)));
    }

    /** A notice on its way to whoever listens. */
    private record Telling(Notice notice, int attempt, Consumer<Boolean> delivered) {
        Telling again() {
            return new Telling(notice, attempt + 1, delivered);
        }
    }

    private <D> void tell(SagaDefinition<D> definition, SagaState state, Telling telling) {
        SagaFlow.NoticeHandler<D> handler = definition.handler(telling.notice());
        if (handler == null) {
            telling.delivered().accept(true);
            return;
        }
        SagaOutcome outcome = SagaOutcome.of(state);
        D payload = state.progress().payload().as(definition.payloadType(), codec);
        try {
            handler.tell(new SagaFlow.SagaNews<>(
                    state.id(),
                    definition.type(),
                    state.head().businessKey(),
                    payload,
                    String.valueOf(outcome.cause())));
            telling.delivered().accept(true);
        } catch (Exception e) {
            failed(definition, state, telling, e);
        }
    }

    private <D> void failed(SagaDefinition<D> definition, SagaState state, Telling telling, Exception why) {
        LOG.warn("saga {}: {} could not be told (try {})", state.id(), telling.notice(), telling.attempt(), why);
        if (!RetryPolicy.DEFAULT.allows(telling.attempt() + 1)) {
            telling.delivered().accept(false);
            return;
        }
        Duration pause = RetryPolicy.DEFAULT.pauseBefore(
                telling.attempt() + 1, state.id().value());
        Future<?> unused = later.schedule(
                () -> submit(() -> tell(definition, state, telling.again())), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void submit(Runnable work) {
        try {
            crew.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("the engine stops; what was handed over is done again by the next owner");
        }
    }

    @Override
    public boolean drivesNext() {
        return crew.drives();
    }

    @Override
    public void ended(SagaState saga) {
        ways.command().ended(saga);
    }

    @Override
    public void answered(SagaId saga, StepToken token) {
        ways.command().forget(saga, token);
    }

    @Override
    public void close() {
        crew.shutDown();
        ways.command().close();
    }
}
