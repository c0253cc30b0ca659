package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.UnavailableException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The loop, round by round, with a clock that stands where the test puts it. */
class SagaLoopTest {

    private static final Duration LEASE = Duration.ofSeconds(10);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T08:00:00Z"));
    private final AtomicInteger loadsThatFail = new AtomicInteger();
    private final SagaStore store = failingToLoad(new InMemorySagaStore(now::get));
    private final SagaDefinition<String> saga = Saga.define("local", String.class)
            .step("book")
            .local((tx, text) -> {})
            .pivot()
            .build();
    private final AtomicInteger attempts = new AtomicInteger();

    private SagaStore failingToLoad(SagaStore real) {
        return (SagaStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SagaStore.class}, (proxy, method, args) -> {
                    if (method.getName().equals("load") && loadsThatFail.getAndDecrement() > 0) {
                        throw new UnavailableException("the database is away");
                    }
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** The first local attempt finds that the history has moved on. */
    private final class StaleAtFirst implements StepRunner {
        @Override
        public void run(Invocation attempt, Consumer<SagaEvent.Answer> answer) {}

        @Override
        public void runLocal(LocalAttempt attempt, Consumer<LocalResult> result) {
            if (attempts.incrementAndGet() == 1) {
                result.accept(new LocalResult.Stale());
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
        SagaStore.Lease lease = store.join("test", LEASE);
        SagaIds ids = new SagaIds(now::get, lease.engine());
        SagaLoop.Wiring wiring = new SagaLoop.Wiring(definitions, new Waiters(), SagaMetrics.NONE, ids, 64);
        return new SagaLoop(store, lease, new StaleAtFirst(), wiring, now::get);
    }

    private LoopInput.Start start(SagaLoop loop) {
        SagaHead head = new SagaHead(new SagaIds(now::get, 0).next(), "key", "key", now.get(), null);
        LoopInput.Start start =
                new LoopInput.Start(head, saga.graph(), Payload.of("\"a\"", "a"), false, new CompletableFuture<>());
        loop.offer(start);
        return start;
    }

    @Test
    void a_saga_that_must_be_read_again_while_the_store_is_away_is_not_lost() {
        SagaLoop loop = loop();
        loadsThatFail.set(3);
        start(loop);

        for (int round = 0; round < 20; round++) {
            loop.poll();
            now.updateAndGet(instant -> instant.plusMillis(250));
        }

        assertThat(attempts)
                .as("local attempts: the stale one and the one after reading again")
                .hasValue(2);
        assertThat(loop.live()).isEqualTo(1);
    }

    @Test
    void what_is_offered_to_a_loop_that_has_ended_fails_at_once() {
        SagaLoop loop = loop();
        loop.abort(new UnavailableException("another engine has taken over"));

        LoopInput.Start late = start(loop);

        assertThat(late.started()).isCompletedExceptionally();
        assertThatThrownBy(late.started()::join).hasRootCauseMessage("another engine has taken over");
    }

    @Test
    void a_loop_without_a_lease_waits_instead_of_spinning_over_what_it_may_not_do() throws Exception {
        SagaLoop loop = loop();
        start(loop);
        now.updateAndGet(instant -> instant.plus(LEASE).plusSeconds(1));
        AtomicInteger rounds = new AtomicInteger();
        long end = System.nanoTime() + Duration.ofMillis(500).toNanos();

        while (System.nanoTime() - end < 0) {
            assertThat(loop.poll()).isZero();
            loop.await(loop.pause(Duration.ofSeconds(1)));
            rounds.incrementAndGet();
        }

        assertThat(rounds.get()).isLessThan(20);
    }
}
