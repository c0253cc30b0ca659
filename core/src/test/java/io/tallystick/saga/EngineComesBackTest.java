package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.message.Channel;
import io.tallystick.message.Message;
import io.tallystick.message.MessageHandler;
import io.tallystick.message.Subscription;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an engine lost for a while, its lease, its channel, a sub-saga that is stuck, neither stops it nor makes it guess. */
@Databases
class EngineComesBackTest {

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

    /** Fails as told; remembers what got through. */
    private static final class FaultyChannel implements Channel {
        final AtomicInteger subscriptions = new AtomicInteger();
        final AtomicInteger sendings = new AtomicInteger();
        volatile boolean away;

        @Override
        public void send(List<Message> messages) {
            int number = sendings.incrementAndGet();
            if (number == 1) {
                throw new ConflictException("two senders were in each other's way", null);
            }
            if (number == 2) {
                throw new IllegalStateException("the driver has a defect");
            }
        }

        @Override
        public Subscription subscribe(String channel, MessageHandler handler) {
            subscriptions.incrementAndGet();
            if (away) {
                throw new UnavailableException("the channel is away");
            }
            return () -> {};
        }

        @Override
        public void close() {}
    }

    private static SagaDefinition<Job> saga() {
        return Saga.define("job", Job.class)
                .step("work")
                .call((context, job) -> {})
                .pivot()
                .build();
    }

    private long numbers() {
        return scene.jdbc
                .inTransaction(tx -> tx.queryOne("SELECT COUNT(*) AS n FROM tally_engine", row -> row.longValue("n")))
                .orElseThrow();
    }

    @Test
    void an_engine_whose_channel_is_away_takes_one_number_however_often_it_tries() {
        FaultyChannel channel = new FaultyChannel();
        SagaDefinition<Job> saga = saga();
        SagaEngine engine = scene.engine(builder -> builder.channel(channel), saga);
        long before = numbers();
        channel.away = true;

        scene.jdbc.run(tx -> tx.update("UPDATE tally_engine SET epoch = epoch + 1"));
        await().until(() -> channel.subscriptions.get() > 4);
        channel.away = false;

        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(engine.run(saga, "job-1", new Job("a"), EngineScene.PATIENCE)
                                .status())
                        .isEqualTo(SagaStatus.COMPLETED));
        assertThat(numbers() - before).isEqualTo(1);
    }

    @Test
    void commands_are_sent_again_after_a_conflict_and_after_a_defect_of_the_channel() {
        FaultyChannel channel = new FaultyChannel();
        SagaDefinition<Job> saga = Saga.define("ordered", Job.class)
                .step("work")
                .command("workers", job -> job)
                .pivot()
                .timeout(Duration.ofMillis(200))
                .retry(new RetryPolicy(Duration.ofMillis(5), Duration.ofMillis(20), 100))
                .build();
        SagaEngine engine = scene.engine(builder -> builder.channel(channel), saga);

        engine.start(saga, "ordered-1", new Job("a"));

        await().until(() -> channel.sendings.get() > 3);
    }

    @Test
    void a_parent_waits_for_a_sub_saga_that_is_parked_until_a_person_has_settled_it() {
        AtomicInteger wentOn = new AtomicInteger();
        AtomicBoolean undoWorks = new AtomicBoolean();
        CompletableFuture<SagaId> parked = new CompletableFuture<>();
        SagaDefinition<Job> child = Saga.define("parked-child", Job.class)
                .step("book")
                .call((context, job) -> {})
                .compensate((context, job) -> {
                    if (!undoWorks.get()) {
                        throw new IllegalStateException("the undo fails");
                    }
                })
                .retry(EngineScene.QUICK)
                .step("remit")
                .call((context, job) -> {
                    throw new StepRefused("NO", "not today");
                })
                .compensate((context, job) -> {})
                .onParked(news -> parked.complete(news.saga()))
                .build();
        SagaDefinition<Job> parent = Saga.define("patient-parent", Job.class)
                .step("sub")
                .saga(child, job -> job)
                .step("go-on")
                .call((context, job) -> wentOn.incrementAndGet())
                .compensate((context, job) -> {})
                .build();
        SagaEngine engine = scene.engine(child, parent);

        SagaId id = engine.start(parent, "patient-1", new Job("a"));
        SagaId stuck = parked.orTimeout(60, TimeUnit.SECONDS).join();
        undoWorks.set(true);
        await().ignoreExceptions()
                .untilAsserted(() -> engine.intervene(
                        stuck, new Intervention(Verb.RETRY, "kim", "the undo works again", "book", null)));

        assertThat(engine.await(id, EngineScene.PATIENCE).status()).isEqualTo(SagaStatus.COMPENSATED);
        assertThat(wentOn).hasValue(0);
    }
}
