package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.testkit.crash.FaultSweep;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every single JDBC call fails once: its request is lost (nothing happened) or its reply (it happened and nobody knows).
 * Whoever asked does what the exception says; in the end there is one effect and a known outcome.
 */
@Databases
class MessageFaultTest {
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final MessageRuntime RUNTIME = MessageRuntime.system();
    private static final JdbcChannel.Options OPTIONS = new JdbcChannel.Options(
            1, Duration.ofMillis(300), Duration.ofMillis(1), Duration.ofMillis(5), ChannelContract.QUICK);

    private final HikariDataSource pool;
    private final Jdbc jdbc;

    MessageFaultTest(TestDatabase db) {
        pool = MessageDatabase.pool(db);
        jdbc = Jdbc.on(pool);
        db.execute("CREATE TABLE IF NOT EXISTS effect (id varchar(200) NOT NULL)");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    static Stream<JdbcFault> faults() {
        return Stream.of(JdbcFault.lostRequest(), JdbcFault.lostReply());
    }

    /** Repeats as long as the exception says that repeating is right. */
    private static <T> T untilKnown(Supplier<T> attempt) {
        TallystickException last = null;
        for (int i = 0; i < 20; i++) {
            try {
                return attempt.get();
            } catch (UnavailableException | UnknownOutcomeException | ConflictException e) {
                last = e;
            }
        }
        throw new AssertionError("twenty attempts and no outcome", last);
    }

    private int effects(String id) {
        return jdbc.inTransaction(tx -> tx.query("SELECT id FROM effect WHERE id = ?", r -> 1, id))
                .size();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_command_takes_effect_once_whichever_call_is_lost(JdbcFault fault) {
        int points = FaultSweep.over(pool, fault, source -> {
            String saga = "saga-" + RUNS.incrementAndGet();
            OperationKey key = OperationKey.action(saga, "book");
            Message command = new Message("c", "accounts", saga, withReply(key), "{}");

            Message reply =
                    untilKnown(() -> dispatcher(source, saga).handle(command).orElseThrow());

            assertThat(Reply.of(reply)).isEqualTo(Reply.done("\"booked\""));
            assertThat(effects(saga)).isEqualTo(1);
        });
        assertThat(points).isGreaterThan(4);
    }

    private static Map<String, String> withReply(OperationKey key) {
        return Map.of(Headers.OPERATION, key.toString(), Headers.COMMAND, "Book", Headers.REPLY_TO, "replies");
    }

    private static CommandDispatcher dispatcher(DataSource source, String saga) {
        CommandHandlers handlers = new CommandHandlers();
        handlers.add(new CommandHandlers.CommandHandler<>(
                new CommandHandlers.Address("accounts", Phase.ACTION, "Book"),
                Object.class,
                Effect.TRANSACTIONAL,
                (tx, command, key) -> {
                    tx.update("INSERT INTO effect (id) VALUES (?)", saga);
                    return Reply.done("\"booked\"");
                }));
        return new CommandDispatcher(Jdbc.on(source), handlers, RUNTIME);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_request_with_an_idempotency_key_is_executed_once_whichever_call_is_lost(JdbcFault fault) {
        int points = FaultSweep.over(pool, fault, source -> {
            Idempotency idempotency = Idempotency.on(source);
            IdempotencyKey key = new IdempotencyKey("shop", "pay", RUNTIME.ids().get());

            Idempotency.Answer answer = untilKnown(() -> idempotency.execute(key, "print", tx -> {
                tx.update("INSERT INTO effect (id) VALUES (?)", key.key());
                return HttpReply.json(201, "{}");
            }));

            assertThat(answer).isInstanceOfAny(Idempotency.Answer.Executed.class, Idempotency.Answer.Replayed.class);
            assertThat(effects(key.key())).isEqualTo(1);
        });
        assertThat(points).isGreaterThan(4);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_message_is_sent_and_handled_at_least_once_and_then_gone_whichever_call_is_lost(JdbcFault fault) {
        int points = FaultSweep.over(pool, fault, source -> {
            String name = "channel-" + RUNS.incrementAndGet();
            List<String> handled = new CopyOnWriteArrayList<>();
            JdbcChannel channel = new JdbcChannel(source, OPTIONS, RUNTIME);
            untilKnown(() -> {
                channel.send(new Message("m", name, "k", Map.of(), ""));
                return true;
            });
            LaneConsumer consumer = untilKnown(
                    () -> new LaneConsumer(Jdbc.on(source), name, m -> handled.add(m.id()), OPTIONS, RUNTIME));
            Thread worker = new Thread(() -> work(consumer));
            worker.start();
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> {
                        untilKnown(consumer::poll);
                        return !handled.isEmpty() && rows(name) == 0;
                    });
            consumer.stop();
            untilKnown(() -> {
                consumer.leave();
                return true;
            });

            assertThat(handled).isNotEmpty();
            assertThat(rows(name)).isZero();
        });
        assertThat(points).isGreaterThan(8);
    }

    private static void work(LaneConsumer consumer) {
        try {
            while (consumer.work()) {
                // the next one
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int rows(String name) {
        return jdbc.inTransaction(tx -> tx.query("SELECT seq FROM tally_message WHERE channel = ?", r -> 1, name))
                .size();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_request_to_another_service_is_asked_for_under_one_key_until_it_is_known_whichever_call_is_lost(
            JdbcFault fault) {
        int points = FaultSweep.over(pool, fault, source -> {
            Set<String> keys = ConcurrentHashMap.newKeySet();
            RetryUntilKnown client = new RetryUntilKnown(
                    source,
                    "remit-" + RUNS.incrementAndGet(),
                    (key, request, timeout) -> {
                        boolean replayed = !keys.add(key);
                        return new Remote.Answer.Done("paid", replayed);
                    },
                    new RetryUntilKnown.Options(
                            Duration.ofMillis(1), Duration.ofSeconds(60), Duration.ofHours(1), ChannelContract.QUICK),
                    RUNTIME);
            Outcome.Ticket ticket = jdbc.inTransaction(tx -> client.journal(tx, "{}"));

            Outcome<String> outcome = untilKnown(() -> call(client, ticket));

            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Outcome.Completed.class,
                            done -> assertThat(done.value()).isEqualTo("paid"));
            assertThat(keys).containsExactly(ticket.key());
        });
        assertThat(points).isGreaterThan(4);
    }

    /** After a lost answer nobody asks until the lease of the one who asked has ended: its time is up at once here. */
    private Outcome<String> call(RetryUntilKnown client, Outcome.Ticket ticket) {
        jdbc.run(tx -> tx.update("UPDATE tally_outgoing SET lease_until = created_at WHERE op_key = ?", ticket.key()));
        try {
            return client.call(ticket);
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts here", e);
        }
    }
}
