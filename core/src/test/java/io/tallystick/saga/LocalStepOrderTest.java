package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A local step stores what follows from it by itself, so it must begin where the store is, and not where the loop's memory is. */
class LocalStepOrderTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T08:00:00Z"));
    private final SagaStore store = new InMemorySagaStore(now::get);
    private final List<Integer> begunAt = new ArrayList<>();
    private final List<Integer> storedThen = new ArrayList<>();
    private final SagaDefinition<String> saga = Saga.define("beside", String.class)
            .parallel(both -> both.branch(one -> one.step("book")
                            .local((tx, text) -> {})
                            .compensate((tx, text) -> {})
                            .retry(new RetryPolicy(Duration.ofMillis(400), Duration.ofSeconds(1), 5)))
                    .branch(other -> other.step("pay")
                            .call((context, text) -> {})
                            .compensate((context, text) -> {})
                            .timeout(Duration.ofMillis(50))))
            .step("ship")
            .call((context, text) -> {})
            .pivot()
            .build();

    /** The payment is never answered; the first booking fails. */
    private final class Runner implements StepRunner {
        @Override
        public void run(Invocation attempt, Consumer<SagaEvent.Answer> answer) {}

        @Override
        public void runLocal(LocalAttempt attempt, Consumer<LocalResult> result) {
            SagaState state = attempt.invocation().state();
            begunAt.add(state.seq());
            storedThen.add(store.lastSeq(state.id()).orElseThrow());
            if (begunAt.size() == 1) {
                StepToken token = attempt.invocation().token();
                result.accept(new LocalResult.RolledBack(new SagaEvent.StepUnknown(token, "a deadlock", false)));
            }
        }

        @Override
        public void runChild(Invocation attempt, Consumer<ChildStart> start, Consumer<SagaEvent.Answer> failed) {}

        @Override
        public void tell(SagaState state, Notice notice, Consumer<Boolean> delivered) {}
    }

    private SagaLoop loop() {
        Definitions definitions = new Definitions();
        definitions.register(saga);
        store.define(saga.graph());
        SagaStore.Lease lease = store.join("test", Duration.ofSeconds(10));
        SagaIds ids = new SagaIds(now::get, lease.engine());
        return new SagaLoop(
                store,
                lease,
                new Runner(),
                new SagaLoop.Wiring(definitions, new Waiters(), SagaMetrics.NONE, ids, 64),
                now::get);
    }

    @Test
    void a_local_step_that_falls_due_with_an_event_of_its_saga_waits_until_that_is_stored() {
        SagaLoop loop = loop();
        SagaHead head = new SagaHead(new SagaIds(now::get, 0).next(), "key", "key", now.get(), null);
        loop.offer(new LoopInput.Start(head, saga.graph(), Payload.of("\"a\"", "a"), false, new CompletableFuture<>()));
        loop.poll();
        loop.poll();
        assertThat(begunAt).as("the first attempt").containsExactly(0);

        // both the payment's time-out and the booking's next attempt are over in one round
        now.updateAndGet(instant -> instant.plusSeconds(1));
        loop.poll();
        loop.poll();

        assertThat(begunAt).as("the second attempt, behind the time-out").containsExactly(0, 2);
        assertThat(storedThen).isEqualTo(begunAt);
    }
}
