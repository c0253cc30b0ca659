package io.tallystick.saga;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** An engine that does a round when the test says so, and whose attempts the test answers. Its sub-sagas begin at once. */
final class HandDrivenEngine implements StepRunner {

    static final Duration LEASE = Duration.ofMinutes(5);

    final SagaLoop loop;
    private final SagaStore store;
    private final SagaIds ids;
    private final Definitions definitions = new Definitions();
    private final Map<String, Attempt> attempts = new ConcurrentHashMap<>();

    private record Attempt(StepToken token, Consumer<SagaEvent.Answer> answer) {}

    HandDrivenEngine(SagaStore store, String name, InstantSource clock, SagaDefinition<?>... registered) {
        this.store = store;
        for (SagaDefinition<?> definition : registered) {
            definitions.register(definition);
            store.define(definition.graph());
        }
        SagaStore.Lease lease = store.join(name, LEASE);
        this.ids = new SagaIds(clock, lease.engine());
        SagaLoop.Wiring wiring = new SagaLoop.Wiring(definitions, new Waiters(), SagaMetrics.NONE, ids, 64);
        this.loop = new SagaLoop(store, lease, this, wiring, clock);
    }

    /** Not yet stored: that is the next round. */
    SagaId begin(SagaDefinition<String> saga) {
        SagaId id = ids.next();
        SagaHead head = new SagaHead(id, id.toString(), id.toString(), store.now(), null);
        loop.offer(new LoopInput.Start(head, saga.graph(), Payload.of("\"a\"", "a"), false, new CompletableFuture<>()));
        return id;
    }

    /** Until nothing is left to do but to wait for answers. */
    void rounds() {
        int rounds = 0;
        while (loop.poll() > 0) {
            if (++rounds > 1000) {
                throw new AssertionError("the loop does not come to rest");
            }
        }
    }

    boolean attempted(String step) {
        return attempts.containsKey(step);
    }

    /** Of the last attempt of the step. */
    StepToken token(String step) {
        return attempt(step).token();
    }

    void done(String step) {
        answer(step, token -> new SagaEvent.StepDone(token, null));
    }

    void answer(String step, Function<StepToken, SagaEvent.Answer> answer) {
        Attempt attempt = attempt(step);
        attempt.answer().accept(answer.apply(attempt.token()));
    }

    private Attempt attempt(String step) {
        Attempt attempt = attempts.get(step);
        if (attempt == null) {
            throw new AssertionError("step " + step + " was not attempted, but " + attempts.keySet());
        }
        return attempt;
    }

    @Override
    public void run(Invocation attempt, Consumer<SagaEvent.Answer> answer) {
        attempts.put(attempt.token().step(), new Attempt(attempt.token(), answer));
    }

    @Override
    public void runLocal(LocalAttempt attempt, Consumer<LocalResult> result) {
        throw new UnsupportedOperationException("local steps");
    }

    @Override
    public void runChild(Invocation attempt, Consumer<ChildStart> start, Consumer<SagaEvent.Answer> failed) {
        StepWork.Child<?, ?> work = (StepWork.Child<?, ?>)
                definitions.of(attempt.state().graph()).work(attempt.token().step());
        start.accept(new ChildStart(work.definition(), Payload.of("\"a\"", "a")));
    }

    @Override
    public void tell(SagaState state, Notice notice, Consumer<Boolean> delivered) {
        delivered.accept(true);
    }
}
