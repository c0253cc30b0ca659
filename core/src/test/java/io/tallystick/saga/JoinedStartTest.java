package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Sagas whose start waits for their first local steps, round by round, with steps that run when the test says so. */
class JoinedStartTest {

    private static final Duration LEASE = Duration.ofSeconds(10);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T08:00:00Z"));
    private final InMemorySagaStore memory = new InMemorySagaStore(now::get);
    private final List<String> writes = new ArrayList<>();
    private final Deque<RuntimeException> brokenBefore = new ArrayDeque<>();
    private final Deque<RuntimeException> commitsLost = new ArrayDeque<>();
    private final Deque<RuntimeException> brokenAfter = new ArrayDeque<>();
    private final SagaStore store = watched();
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final List<String> happened = new ArrayList<>();
    private final Map<String, Deque<RuntimeException>> failures = new HashMap<>();
    private final Definitions definitions = new Definitions();
    private final SagaIds ids = new SagaIds(now::get, 7);
    private final Waiters waiters = new Waiters();
    private final SagaDefinition<String> saga = Saga.define("local", String.class)
            .step("book")
            .local((tx, text) -> work("book"))
            .compensate((tx, text) -> {})
            .retry(new RetryPolicy(Duration.ofMillis(50), Duration.ofSeconds(1), 5))
            .step("record")
            .local((tx, text) -> work("record"))
            .pivot()
            .build();

    private void work(String step) {
        Deque<RuntimeException> planned = failures.getOrDefault(step, new ArrayDeque<>());
        if (!planned.isEmpty()) {
            throw planned.poll();
        }
        happened.add(step);
    }

    private void failing(String step, RuntimeException... each) {
        failures.put(step, new ArrayDeque<>(List.of(each)));
    }

    /** Notes the commits, and breaks the connection before or after those that it is told to. */
    private SagaStore watched() {
        return (SagaStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SagaStore.class}, (proxy, method, args) -> {
                    boolean writes = List.of("write", "together").contains(method.getName());
                    breaks(writes, brokenBefore);
                    if (method.getName().equals("together")) {
                        args[1] = losing((SagaStore.LocalUnit) args[1]);
                    }
                    Object result;
                    try {
                        result = method.invoke(memory, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (writes) {
                        this.writes.add(method.getName());
                    }
                    breaks(writes, brokenAfter);
                    return result;
                });
    }

    private SagaStore.LocalUnit losing(SagaStore.LocalUnit work) {
        return tx -> {
            SagaStore.Batch batch = work.run(tx);
            breaks(true, commitsLost);
            return batch;
        };
    }

    private static void breaks(boolean writes, Deque<RuntimeException> planned) {
        if (writes && !planned.isEmpty()) {
            throw planned.poll();
        }
    }

    /** Local steps run when {@link #runSteps} says so. */
    private final class Runner implements StepRunner {
        private final LocalRunner local = new LocalRunner(store, new PayloadCodec(), now::get);

        @Override
        public void runLocal(LocalAttempt attempt, Consumer<LocalResult> result) {
            steps.add(() -> result.accept(local.run(saga, attempt)));
        }

        @Override
        public void run(Invocation attempt, Consumer<SagaEvent.Answer> answer) {}

        @Override
        public void runChild(Invocation attempt, Consumer<ChildStart> start, Consumer<SagaEvent.Answer> failed) {}

        @Override
        public void tell(SagaState state, Notice notice, Consumer<Boolean> delivered) {}
    }

    private final SagaLoop loop = loop();

    private SagaLoop loop() {
        definitions.register(saga);
        store.define(saga.graph());
        SagaStore.Lease lease = store.join("test", LEASE);
        SagaLoop.Wiring wiring = new SagaLoop.Wiring(definitions, waiters, SagaMetrics.NONE, ids, 64);
        return new SagaLoop(store, lease, new Runner(), wiring, now::get);
    }

    private LoopInput.Start start(String key, boolean awaited) {
        SagaHead head = new SagaHead(ids.next(), key, key, now.get(), null);
        LoopInput.Start start =
                new LoopInput.Start(head, saga.graph(), Payload.of("\"a\"", "a"), awaited, new CompletableFuture<>());
        loop.offer(start);
        loop.poll();
        return start;
    }

    private void runSteps() {
        Runnable step;
        while ((step = steps.poll()) != null) {
            step.run();
            loop.poll();
        }
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            now.updateAndGet(instant -> instant.plusMillis(300));
            loop.poll();
            runSteps();
        }
    }

    private SagaStatus status(String key) {
        return memory.load(memory.find("local", key).orElseThrow())
                .orElseThrow()
                .start()
                .status();
    }

    @Test
    void a_saga_of_local_steps_that_somebody_waits_for_is_one_commit() {
        LoopInput.Start start = start("k", true);
        CompletableFuture<SagaOutcome> settled = waiters.register(start.saga());
        assertThat(memory.find("local", "k")).as("before its steps are durable").isEmpty();
        assertThat(start.started()).isNotDone();

        runSteps();

        assertThat(writes).containsExactly("together");
        assertThat(start.started()).isCompletedWithValue(start.saga());
        assertThat(settled.join().completed()).isTrue();
        assertThat(status("k")).isEqualTo(SagaStatus.COMPLETED);
        assertThat(loop.live()).isZero();
    }

    @Test
    void a_start_that_nobody_waits_behind_is_durable_before_its_steps() {
        LoopInput.Start start = start("k", false);

        assertThat(start.started()).isCompletedWithValue(start.saga());
        assertThat(status("k")).isEqualTo(SagaStatus.RUNNING);
        assertThat(happened).isEmpty();
    }

    @Test
    void a_first_step_that_refuses_leaves_its_saga_with_the_refusal() {
        failing("book", new StepRefused("NO", "not today"));
        LoopInput.Start start = start("k", true);

        runSteps();
        rounds(3);

        assertThat(start.started()).isCompletedWithValue(start.saga());
        assertThat(happened).isEmpty();
        assertThat(memory.load(start.saga()).orElseThrow().events())
                .extracting(SagaStore.StoredEvent::event)
                .first()
                .isInstanceOf(SagaEvent.StepWasRefused.class);
        assertThat(status("k")).isEqualTo(SagaStatus.COMPENSATED);
    }

    @Test
    void a_first_step_that_fails_is_tried_again_under_the_next_number() {
        failing("book", new IllegalStateException("a bug"));
        LoopInput.Start start = start("k", true);

        runSteps();
        rounds(5);

        assertThat(start.started()).isCompletedWithValue(start.saga());
        assertThat(happened).containsExactly("book", "record");
        assertThat(status("k")).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void when_the_second_step_fails_the_start_is_stored_with_the_first() {
        StepRefused no = new StepRefused("NO", "not today");
        failing("record", no, no);
        LoopInput.Start start = start("k", true);

        runSteps();
        rounds(3);

        assertThat(start.started()).isCompletedWithValue(start.saga());
        assertThat(memory.load(start.saga()).orElseThrow().events())
                .extracting(SagaStore.StoredEvent::event)
                .first()
                .isInstanceOf(SagaEvent.StepDone.class);
        assertThat(status("k")).isEqualTo(SagaStatus.COMPENSATED);
    }

    @Test
    void a_business_key_that_is_taken_starts_nothing() {
        LoopInput.Start first = start("k", false);
        LoopInput.Start second = start("k", true);

        runSteps();
        rounds(3);

        assertThat(second.started()).isCompletedWithValue(first.saga());
        assertThat(memory.load(second.saga())).isEmpty();
        assertThat(status("k")).isEqualTo(SagaStatus.COMPLETED);
        assertThat(loop.live()).isZero();
    }

    @Test
    void a_commit_whose_answer_is_lost_is_found_and_not_repeated() {
        LoopInput.Start start = start("k", true);
        brokenAfter.add(new UnknownOutcomeException("the connection broke during COMMIT"));

        runSteps();

        assertThat(start.started()).isCompletedWithValue(start.saga());
        assertThat(writes).containsExactly("together");
        assertThat(happened).containsExactly("book", "record");
        assertThat(status("k")).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void a_commit_that_was_lost_with_its_answer_is_made_again() {
        LoopInput.Start start = start("k", true);
        commitsLost.add(new UnknownOutcomeException("the connection broke during COMMIT"));

        runSteps();

        assertThat(start.started()).isCompletedWithValue(start.saga());
        assertThat(status("k")).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void while_the_database_is_away_no_attempt_is_counted() {
        LoopInput.Start start = start("k", true);
        UnavailableException away = new UnavailableException("the database is away");
        brokenBefore.addAll(List.of(away, away, away));

        runSteps();
        assertThat(start.started()).isNotDone();
        rounds(5);

        assertThat(start.started()).isCompletedWithValue(start.saga());
        assertThat(memory.load(start.saga()).orElseThrow().events())
                .extracting(SagaStore.StoredEvent::event)
                .allMatch(event ->
                        event instanceof SagaEvent.StepDone done && done.token().attempt() == 1);
        assertThat(status("k")).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void an_engine_that_ends_before_the_first_steps_are_done_leaves_no_saga_and_says_that_it_is_unknown() {
        LoopInput.Start start = start("k", true);

        loop.abort(new UnavailableException("the engine is closed"));

        assertThatThrownBy(start.started()::join)
                .hasCauseInstanceOf(UnknownOutcomeException.class)
                .hasMessageContaining("Start it again with the same key");
        assertThat(memory.find("local", "k")).isEmpty();
    }

    @Test
    void a_usurped_engine_stores_neither_the_start_nor_its_steps() {
        LoopInput.Start start = start("k", true);
        SagaStore.Lease heir = store.join("heir", LEASE);
        store.renew(loop.lease(), LEASE.negated());
        store.takeOver(heir);

        assertThatThrownBy(this::runSteps).isInstanceOf(SagaStore.Fenced.class);
        loop.abort(new UnknownOutcomeException("another engine has taken over"));

        assertThat(start.started()).isCompletedExceptionally();
        assertThat(memory.find("local", "k")).isEmpty();
    }

    @Test
    void without_a_lease_the_first_steps_do_not_begin() throws Exception {
        now.updateAndGet(instant -> instant.plus(LEASE).plusSeconds(1));
        SagaHead head = new SagaHead(ids.next(), "k", "k", now.get(), null);
        loop.offer(new LoopInput.Start(head, saga.graph(), Payload.of("\"a\"", "a"), true, new CompletableFuture<>()));
        loop.poll();
        loop.await(loop.pause(Duration.ofMillis(1)));
        loop.poll();

        assertThat(steps).isEmpty();
    }
}
