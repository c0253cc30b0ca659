package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lonely attempt is made where its intent was stored, and whatever it does there holds up nobody else. */
@Databases
class LoopCrewTest {

    record Job(String name) {}

    private EngineScene scene;

    @BeforeEach
    void open(TestDatabase db) {
        scene = new EngineScene(db);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void the_attempts_of_a_lonely_saga_are_made_by_the_threads_that_store() {
        Queue<String> threads = new ConcurrentLinkedQueue<>();
        SagaDefinition<Job> lonely = Saga.define("lonely", Job.class)
                .step("one")
                .call((context, job) -> threads.add(Thread.currentThread().getName()))
                .step("two")
                .call((context, job) -> threads.add(Thread.currentThread().getName()))
                .build();
        SagaEngine engine = scene.engine(lonely);

        for (int i = 0; i < 20; i++) {
            engine.run(lonely, "k" + i, new Job("a"), EngineScene.PATIENCE);
        }

        assertThat(threads).hasSize(40).anyMatch(name -> name.startsWith("tally-saga-scene"));
    }

    @Test
    void while_an_attempt_takes_its_time_other_sagas_go_on() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch inWork = new CountDownLatch(1);
        SagaDefinition<Job> slow = Saga.define("slow", Job.class)
                .step("work")
                .call((context, job) -> {
                    inWork.countDown();
                    go.await();
                })
                .build();
        SagaDefinition<Job> quick = quick();
        SagaEngine engine = scene.engine(slow, quick);
        CompletableFuture<SagaOutcome> waiting =
                CompletableFuture.supplyAsync(() -> engine.run(slow, "slow", new Job("a"), EngineScene.PATIENCE));
        inWork.await();

        for (int i = 0; i < 10; i++) {
            assertThat(engine.run(quick, "q" + i, new Job("b"), EngineScene.PATIENCE)
                            .status())
                    .isEqualTo(SagaStatus.COMPLETED);
        }
        go.countDown();

        assertThat(waiting.get().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void an_attempt_may_start_a_saga_and_wait_for_its_end() {
        AtomicReference<SagaEngine> itself = new AtomicReference<>();
        SagaDefinition<Job> quick = quick();
        SagaDefinition<Job> outer = Saga.define("outer", Job.class)
                .step("work")
                .call((context, job) -> itself.get().run(quick, "inner", job, EngineScene.PATIENCE))
                .build();
        SagaEngine engine = scene.engine(outer, quick);
        itself.set(engine);

        assertThat(engine.run(outer, "outer", new Job("a"), EngineScene.PATIENCE)
                        .status())
                .isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void an_attempt_that_interrupts_its_thread_stops_nobody() {
        SagaDefinition<Job> rude = Saga.define("rude", Job.class)
                .step("work")
                .call((context, job) -> Thread.currentThread().interrupt())
                .build();
        SagaEngine engine = scene.engine(rude);

        for (int i = 0; i < 10; i++) {
            assertThat(engine.run(rude, "k" + i, new Job("a"), EngineScene.PATIENCE)
                            .status())
                    .isEqualTo(SagaStatus.COMPLETED);
        }
    }

    @Test
    void an_interrupt_that_comes_after_an_attempt_stops_nobody() {
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        SagaDefinition<Job> watched = Saga.define("watched", Job.class)
                .step("work")
                .call((context, job) -> threads.add(Thread.currentThread()))
                .build();
        SagaEngine engine = scene.engine(watched);

        for (int i = 0; i < 20; i++) {
            assertThat(engine.run(watched, "k" + i, new Job("a"), EngineScene.PATIENCE)
                            .status())
                    .isEqualTo(SagaStatus.COMPLETED);
            threads.forEach(Thread::interrupt);
        }

        assertThat(threads).anyMatch(thread -> thread.getName().startsWith("tally-saga-scene"));
    }

    @Test
    void an_attempt_that_throws_what_java_does_not_let_it_throw_stops_nobody() {
        SagaDefinition<Job> sneaky = Saga.define("sneaky", Job.class)
                .step("work")
                .call((context, job) -> {
                    if (context.attempt() < 3) {
                        LoopCrewTest.<RuntimeException>sneak(new IOException("checked"));
                    }
                })
                .pivot()
                .retry(EngineScene.QUICK)
                .build();
        SagaEngine engine = scene.engine(sneaky);

        assertThat(engine.run(sneaky, "k", new Job("a"), EngineScene.PATIENCE).status())
                .isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void an_attempt_may_close_its_engine() throws Exception {
        CompletableFuture<SagaEngine> itself = new CompletableFuture<>();
        CountDownLatch closed = new CountDownLatch(1);
        SagaDefinition<Job> last = Saga.define("last", Job.class)
                .step("work")
                .call((context, job) -> {
                    itself.join().close();
                    closed.countDown();
                })
                .build();
        SagaEngine engine = scene.engine(last);
        itself.complete(engine);

        engine.start(last, "k", new Job("a"));

        assertThat(closed.await(EngineScene.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void sneak(Exception e) throws E {
        throw (E) e;
    }

    private static SagaDefinition<Job> quick() {
        return Saga.define("quick", Job.class)
                .step("work")
                .call((context, job) -> {})
                .build();
    }
}
