package io.tallystick.saga;

import static io.tallystick.saga.EngineScene.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.message.Channel;
import io.tallystick.message.Headers;
import io.tallystick.message.JdbcChannel;
import io.tallystick.message.Message;
import io.tallystick.message.MessageHandler;
import io.tallystick.message.Participant;
import io.tallystick.message.Reply;
import io.tallystick.message.Subscription;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An engine and a participant that hear of each other on a command and a reply channel only. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class CommandStepTest {

    record Order(int amount) {}

    record Book(int amount) {
        static Book from(Order order) {
            return new Book(order.amount());
        }
    }

    record Cancel(int amount) {
        static Cancel from(Order order) {
            return new Cancel(order.amount());
        }
    }

    private EngineScene scene;
    private LossyChannel channel;
    private Participant accounts;

    @BeforeEach
    void open(TestDatabase db) {
        scene = new EngineScene(db);
        Schema.of(scene.jdbc).install("message");
        scene.jdbc.run(tx -> {
            tx.update("DROP TABLE IF EXISTS posting");
            tx.update("CREATE TABLE posting (amount int NOT NULL)");
        });
        channel = new LossyChannel(JdbcChannel.on(scene.pool));
        accounts = Participant.on(scene.pool)
                .listen(channel)
                .command("accounts", "Book", Book.class, (tx, book) -> post(tx, book.amount()))
                .compensation("accounts", "Cancel", Cancel.class, (tx, cancel) -> post(tx, -cancel.amount()))
                .start();
    }

    @AfterEach
    void close() {
        scene.closeEngines();
        accounts.close();
        channel.close();
        scene.close();
    }

    private static Reply post(Tx tx, int amount) {
        tx.update("INSERT INTO posting (amount) VALUES (?)", amount);
        return amount > 100 ? Reply.refused("TOO_MUCH", "at most 100") : Reply.done();
    }

    private List<Integer> postings() {
        return scene.jdbc.autocommit(tx -> tx.query("SELECT amount FROM posting", row -> row.intValue("amount")));
    }

    private SagaOutcome run(Order order, CallStep.Work<Order> last) {
        SagaDefinition<Order> saga = Saga.define("booking", Order.class)
                .step("book")
                .command("accounts", Book::from)
                .compensate(Cancel::from)
                .timeout(Duration.ofMillis(400))
                .step("remit")
                .call(last)
                .pivot()
                .build();
        return scene.engine(builder -> builder.channel(channel), saga).run(saga, "t-1", order, PATIENCE);
    }

    /** Trap 9: the participant has committed, and its reply is lost. */
    @Test
    void a_command_whose_reply_is_lost_is_sent_again_and_takes_effect_once() {
        channel.repliesToLose.set(1);

        assertThat(run(new Order(30), (context, order) -> {}).completed()).isTrue();
        assertThat(channel.repliesToLose).hasNegativeValue();
        assertThat(postings()).containsExactly(30);
    }

    @Test
    void a_command_that_is_refused_leaves_nothing_to_take_back() {
        SagaOutcome outcome = run(new Order(500), (context, order) -> {});

        assertThat(outcome.compensated()).isTrue();
        assertThat(outcome.cause()).contains("TOO_MUCH", "at most 100");
        assertThat(postings()).isEmpty();
    }

    @Test
    void a_command_is_taken_back_by_the_command_that_compensates_it() {
        SagaOutcome outcome = run(new Order(30), (context, order) -> {
            throw new StepRefused("NO", "not today");
        });

        assertThat(outcome.compensated()).isTrue();
        assertThat(postings()).containsExactlyInAnyOrder(30, -30);
    }

    /** Trap 28: without this word a participant would have to guess by age when it may forget. */
    @Test
    void a_participant_hears_that_a_saga_has_ended() {
        SagaOutcome outcome = run(new Order(30), (context, order) -> {});

        assertThat(outcome.completed()).isTrue();
        Awaitility.await()
                .until(() -> scene.jdbc.autocommit(tx -> tx.queryOne(
                                "SELECT instance FROM tally_ended WHERE instance = ?",
                                row -> row.string("instance"),
                                outcome.saga().toString())
                        .isPresent()));
    }

    /** Trap 28 again: the engine dies, or the channel is away, at the very moment when the saga ends. */
    @Test
    void a_participant_that_missed_the_end_is_told_before_the_saga_is_forgotten() {
        channel.losesFarewells.set(true);
        SagaDefinition<Order> saga = Saga.define("booking", Order.class)
                .step("book")
                .command("accounts", Book::from)
                .compensate(Cancel::from)
                .build();
        SagaId id = scene.engine(
                        builder -> builder.channel(channel)
                                .settings(EngineSettings.named("forgetful")
                                        .retention(Retention.of(Duration.ofSeconds(1))
                                                .every(Duration.ofMillis(50)))),
                        saga)
                .run(saga, "t-1", new Order(30), PATIENCE)
                .saga();
        SagaStore store = SagaStore.of(scene.jdbc);
        Awaitility.await().until(() -> channel.farewellsLost.get() > 1);
        assertThat(store.load(id)).as("while its participant was not told").isPresent();

        channel.losesFarewells.set(false);

        Awaitility.await().until(() -> store.load(id).isEmpty());
        Awaitility.await()
                .until(() -> scene.jdbc.autocommit(tx -> tx.queryOne(
                                "SELECT instance FROM tally_ended WHERE instance = ?",
                                row -> row.string("instance"),
                                id.toString())
                        .isPresent()));
    }

    /** Loses as many replies as told. */
    private static final class LossyChannel implements Channel {
        private final Channel inner;
        final AtomicInteger repliesToLose = new AtomicInteger();
        final AtomicBoolean losesFarewells = new AtomicBoolean();
        final AtomicInteger farewellsLost = new AtomicInteger();

        LossyChannel(Channel inner) {
            this.inner = inner;
        }

        @Override
        public void send(List<Message> messages) {
            if (losesFarewells.get()
                    && messages.stream()
                            .anyMatch(message -> message.header(Headers.COMMAND).equals(Optional.of(Headers.ENDED)))) {
                farewellsLost.incrementAndGet();
                throw new UnavailableException("the channel is away");
            }
            inner.send(messages.stream().filter(message -> !lost(message)).toList());
        }

        private boolean lost(Message message) {
            return !message.channel().equals("accounts") && repliesToLose.getAndDecrement() > 0;
        }

        @Override
        public Subscription subscribe(String name, MessageHandler handler) {
            return inner.subscribe(name, handler);
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
