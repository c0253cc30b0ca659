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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An engine that lost its lease, its channel or a thread's work is whole again afterwards. */
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
}
