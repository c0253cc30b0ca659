package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A participant on real databases; its channel is in memory, so that a test decides what is lost and doubled. */
@Databases
class ParticipantTest {
    private static final AtomicInteger SAGAS = new AtomicInteger();

    record Book(String account, long amount) {}

    private final HikariDataSource pool;
    private final Jdbc jdbc;
    private final String saga = "saga-" + SAGAS.incrementAndGet();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final MessageRuntime runtime = new MessageRuntime(() -> now, () -> 0, new SplittableRandom(1), () -> "id");
    private final InMemoryChannel memory = new InMemoryChannel(runtime, ChannelContract.QUICK);
    private final FaultyChannel channel = new FaultyChannel(memory);
    private final List<Message> replies = new ArrayList<>();

    ParticipantTest(TestDatabase db) {
        pool = MessageDatabase.pool(db);
        jdbc = Jdbc.on(pool);
        db.execute("CREATE TABLE IF NOT EXISTS posting (saga varchar(100) NOT NULL, amount bigint NOT NULL)");
        memory.subscribe("replies", replies::add);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private Participant start() {
        return Participant.on(pool)
                .listen(channel)
                .runtime(runtime)
                .command("accounts", "Book", Book.class, (tx, book) -> post(tx, book.amount()))
                .compensation("accounts", "Unbook", Book.class, (tx, book) -> post(tx, -book.amount()))
                .start();
    }

    private Reply post(Tx tx, long amount) {
        tx.update("INSERT INTO posting (saga, amount) VALUES (?, ?)", saga, amount);
        return amount > 1000 ? Reply.refused("TOO_MUCH", "at most 1000") : Reply.done("{\"posted\":" + amount + "}");
    }

    private List<Long> postings() {
        return jdbc.inTransaction(
                tx -> tx.query("SELECT amount FROM posting WHERE saga = ?", r -> r.longValue("amount"), saga));
    }

    private Message command(String id, Phase phase, String name, String body, Map<String, String> more) {
        OperationKey key = new OperationKey(saga, "book", phase, 1);
        Map<String, String> headers = new HashMap<>(key.headers());
        headers.put(Headers.COMMAND, name);
        headers.put(Headers.REPLY_TO, "replies");
        headers.put(Headers.ATTEMPT, "3");
        headers.put(Headers.CORRELATION_ID, "flow-1");
        headers.putAll(more);
        return new Message(id, "accounts", saga, headers, body);
    }

    private Message book(String id, long amount) {
        return command(id, Phase.ACTION, "Book", "{\"account\":\"a\",\"amount\":" + amount + "}", Map.of());
    }

    private void settle() {
        for (int quiet = 0; quiet < 2; ) {
            quiet = memory.poll() == 0 ? quiet + 1 : 0;
            memory.nextDue().ifPresent(due -> now = due);
        }
    }

    @Test
    void a_command_is_done_and_answered_with_the_headers_that_correlate_it() {
        start();
        channel.send(book("c1", 100));
        settle();

        assertThat(postings()).containsExactly(100L);
        assertThat(replies).singleElement().satisfies(reply -> {
            assertThat(Reply.of(reply)).isEqualTo(Reply.done("{\"posted\":100}"));
            assertThat(OperationKey.of(reply)).isEqualTo(OperationKey.action(saga, "book"));
            assertThat(reply.key()).isEqualTo(saga);
            assertThat(reply.headers())
                    .containsEntry(Headers.ATTEMPT, "3")
                    .containsEntry(Headers.CORRELATION_ID, "flow-1")
                    .containsEntry(Headers.CAUSATION_ID, "c1");
        });
    }

    @Test
    void a_refused_command_leaves_no_posting_and_tells_code_and_reason() {
        start();
        channel.send(book("c1", 5000));
        settle();

        assertThat(postings()).isEmpty();
        assertThat(Reply.of(replies.get(0))).isEqualTo(Reply.refused("TOO_MUCH", "at most 1000"));
    }

    /** Trap: the reply is lost after the participant has committed. */
    @Test
    void when_the_reply_could_not_be_sent_the_command_comes_again_and_the_stored_reply_goes_out() {
        start();
        channel.failNextSendTo("replies", 2);
        channel.send(book("c1", 100));
        settle();

        assertThat(postings()).containsExactly(100L);
        assertThat(replies).hasSize(1);
        assertThat(Reply.of(replies.get(0))).isEqualTo(Reply.done("{\"posted\":100}"));
    }

    /** Trap: exactly-once of a broker stops at the broker; duplicate replies must be recognisable. */
    @Test
    void a_command_delivered_twice_is_done_once_and_answered_twice_with_the_same_reply() {
        start();
        channel.send(book("c1", 100));
        channel.send(book("c1", 100));
        settle();

        assertThat(postings()).containsExactly(100L);
        assertThat(replies).hasSize(2);
        assertThat(replies.get(1)).isEqualTo(replies.get(0));
    }

    @Test
    void a_compensation_that_overtakes_its_action_leaves_nothing_behind() {
        start();
        channel.send(command("c2", Phase.COMPENSATION, "Unbook", "{\"account\":\"a\",\"amount\":100}", Map.of()));
        channel.send(book("c1", 100));
        settle();

        assertThat(postings()).isEmpty();
        assertThat(replies.stream().map(Reply::of))
                .containsExactly(
                        Reply.done(),
                        Reply.refused(
                                Barrier.COMPENSATED,
                                OperationKey.action(saga, "book") + " came after its compensation"));
    }

    /** Trap: a class is loaded because a header names it. */
    @Test
    void a_command_that_is_not_on_the_list_is_refused_whatever_class_it_names() {
        start();
        channel.send(command("c1", Phase.ACTION, Book.class.getName(), "{\"@class\":\"java.io.File\"}", Map.of()));
        settle();

        assertThat(postings()).isEmpty();
        assertThat(Reply.of(replies.get(0)))
                .isInstanceOfSatisfying(
                        Reply.Refused.class, no -> assertThat(no.code()).isEqualTo("UNKNOWN_COMMAND"));
    }

    @Test
    void an_action_cannot_be_asked_for_as_a_compensation() {
        start();
        channel.send(command("c1", Phase.COMPENSATION, "Book", "{\"account\":\"a\",\"amount\":100}", Map.of()));
        settle();

        assertThat(postings()).isEmpty();
    }

    @Test
    void a_body_that_is_not_what_the_name_promises_is_refused_without_repeating_it() {
        start();
        channel.send(command("c1", Phase.ACTION, "Book", "{\"account\":\"top secret\",\"amount\":\"x\"}", Map.of()));
        settle();

        assertThat(Reply.of(replies.get(0))).isInstanceOfSatisfying(Reply.Refused.class, no -> {
            assertThat(no.code()).isEqualTo("MALFORMED_COMMAND");
            assertThat(no.reason()).doesNotContain("secret");
        });
    }

    /** Trap: zombie orchestrator. */
    @Test
    void a_command_of_a_replaced_owner_is_dropped_without_effect_and_without_a_reply() {
        start();
        channel.send(command("c2", Phase.COMPENSATION, "Unbook", "{\"account\":\"a\",\"amount\":1}", epoch(2)));
        settle();
        replies.clear();

        channel.send(command("c1", Phase.ACTION, "Book", "{\"account\":\"a\",\"amount\":1}", epoch(1)));
        settle();

        assertThat(postings()).isEmpty();
        assertThat(replies).isEmpty();
    }

    private static Map<String, String> epoch(int epoch) {
        return Map.of(Headers.EPOCH, Integer.toString(epoch));
    }

    @Test
    void the_end_of_the_saga_lets_its_rows_go_after_the_longest_redelivery() {
        start();
        channel.send(book("c1", 100));
        channel.send(
                new Message("end", "accounts", saga, Map.of(Headers.COMMAND, Headers.ENDED, Headers.SAGA, saga), ""));
        settle();

        assertThat(purge(now.minusSeconds(60))).isZero();
        assertThat(purge(now.plusSeconds(60))).isEqualTo(1);
    }

    @Test
    void rows_of_ended_sagas_go_by_themselves_once_they_were_kept_long_enough_and_no_others() {
        start();
        channel.send(book("c1", 100));
        channel.send(
                new Message("end", "accounts", saga, Map.of(Headers.COMMAND, Headers.ENDED, Headers.SAGA, saga), ""));
        settle();
        String unfinished = saga + "-unfinished";
        jdbc.run(tx -> tx.update(
                "INSERT INTO tally_barrier (instance, step, phase, execution, state, epoch, reply)"
                        + " VALUES (?, 'book', 'action', 1, 'DONE', 0, '')",
                unfinished));
        Instant later = now.plus(Duration.ofDays(30)).plusSeconds(60);
        MessageRuntime then = new MessageRuntime(() -> later, () -> 0, new SplittableRandom(1), () -> "id");

        try (var retention = BarrierRetention.start(jdbc, then, Duration.ofDays(30), Duration.ofMillis(5))) {
            Awaitility.await().until(() -> rows(saga) == 0);
        }

        assertThat(rows(unfinished)).isEqualTo(1);
    }

    private long rows(String instance) {
        return jdbc.autocommit(tx -> tx.queryOne(
                        "SELECT (SELECT count(*) FROM tally_barrier WHERE instance = ?)"
                                + " + (SELECT count(*) FROM tally_ended WHERE instance = ?) AS n",
                        row -> row.longValue("n"),
                        instance,
                        instance)
                .orElseThrow());
    }

    @Test
    void rows_kept_for_less_than_an_hour_are_refused_by_name() {
        assertThatThrownBy(() -> Participant.on(pool).listen(memory).keepEnded(Duration.ofMinutes(59)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keepEnded = PT59M")
                .hasMessageContaining("at least 1 h");
    }

    private int purge(Instant before) {
        return jdbc.inTransaction(tx -> new Barrier().purge(tx, before));
    }

    /** Trap: whoever names a foreign saga in a header joins it. */
    @Test
    void a_command_that_is_not_rightly_signed_is_never_handled() {
        byte[] secret = "a secret of at least thirty-two bytes".getBytes(StandardCharsets.UTF_8);
        SignedChannel signed = new SignedChannel(memory, secret);
        Participant.on(pool)
                .listen(signed)
                .command("accounts", "Book", Book.class, (tx, book) -> post(tx, book.amount()))
                .start();

        memory.send(book("forged", 100));
        memory.send(book("guessed", 100).withHeader(Headers.SIGNATURE, "00".repeat(32)));
        signed.send(List.of(book("honest", 1)));
        settle();

        assertThat(postings()).containsExactly(1L);
        assertThat(memory.dead("accounts", 10)).hasSize(2);
    }

    /** Loses messages on their way out. */
    private static final class FaultyChannel implements Channel {
        private final Channel channel;
        private String target = "";
        private int failures;

        FaultyChannel(Channel channel) {
            this.channel = channel;
        }

        void failNextSendTo(String name, int times) {
            target = name;
            failures = times;
        }

        @Override
        public void send(List<Message> messages) {
            if (failures > 0 && messages.get(0).channel().equals(target)) {
                failures--;
                throw new UnavailableException("the broker is away");
            }
            channel.send(messages);
        }

        @Override
        public Subscription subscribe(String name, MessageHandler handler) {
            return channel.subscribe(name, handler);
        }

        @Override
        public void close() {
            channel.close();
        }
    }
}
