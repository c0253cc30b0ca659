package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Idempotency.Answer;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@Databases
class IdempotencyTest {
    private static final MessageRuntime RUNTIME = MessageRuntime.system();
    private static final Duration RETENTION = Duration.ofDays(3);
    private static final String PRINT = Idempotency.fingerprint("POST/payments", "{\"amount\":900}");
    private static final HttpReply CREATED = HttpReply.json(201, "{\"payment\":7}");

    private final HikariDataSource pool;
    private final Jdbc jdbc;
    private final Idempotency idempotency;
    private final IdempotencyKey key =
            new IdempotencyKey("shop", "POST/payments", RUNTIME.ids().get());

    IdempotencyTest(TestDatabase db) {
        pool = MessageDatabase.pool(db);
        jdbc = Jdbc.on(pool);
        idempotency = waitingAtMost(Duration.ofSeconds(60));
        db.execute("CREATE TABLE IF NOT EXISTS payment (idem varchar(200) NOT NULL)");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private Idempotency waitingAtMost(Duration longest) {
        return new Idempotency(pool, new Idempotency.Options(RETENTION, longest), RUNTIME);
    }

    private Answer pay(HttpReply reply) {
        return pay(idempotency, reply);
    }

    private Answer pay(Idempotency idempotency, HttpReply reply) {
        return idempotency.execute(key, PRINT, tx -> write(tx, reply));
    }

    private HttpReply write(Tx tx, HttpReply reply) {
        tx.update("INSERT INTO payment (idem) VALUES (?)", key.key());
        return reply;
    }

    private int payments() {
        return jdbc.inTransaction(tx -> tx.query("SELECT idem FROM payment WHERE idem = ?", r -> 1, key.key()))
                .size();
    }

    @Test
    void a_request_sent_again_is_executed_once_and_answered_with_the_same_bytes() {
        assertThat(pay(CREATED)).isEqualTo(new Answer.Executed(CREATED));
        assertThat(pay(HttpReply.json(201, "{\"payment\":8}"))).isEqualTo(new Answer.Replayed(CREATED));
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void the_same_key_with_another_payload_is_refused() {
        pay(CREATED);

        Answer other = idempotency.execute(
                key, Idempotency.fingerprint("POST/payments", "{\"amount\":1}"), tx -> write(tx, CREATED));

        assertThat(other).isEqualTo(new Answer.Mismatch());
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void the_key_of_another_principal_is_another_key() {
        pay(CREATED);

        Answer foreign = idempotency.status(new IdempotencyKey("thief", key.operation(), key.key()));

        assertThat(foreign).isEqualTo(new Answer.NotFound());
    }

    @Test
    void a_business_refusal_is_stored_and_leaves_no_rows() {
        HttpReply refused = HttpReply.json(402, "{\"code\":\"NO_MONEY\"}");

        assertThat(pay(refused)).isEqualTo(new Answer.Executed(refused));
        assertThat(pay(CREATED)).isEqualTo(new Answer.Replayed(refused));
        assertThat(payments()).isZero();
    }

    @Test
    void a_server_error_is_rolled_back_and_not_stored_so_that_the_retry_executes() {
        HttpReply broken = HttpReply.json(503, "{}");

        assertThat(pay(broken)).isEqualTo(new Answer.Undecided(broken));
        assertThat(pay(CREATED)).isEqualTo(new Answer.Executed(CREATED));
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void a_crash_in_the_middle_leaves_no_stuck_key() {
        assertThatThrownBy(() -> idempotency.execute(key, PRINT, tx -> {
                    write(tx, CREATED);
                    throw new IllegalStateException("crash");
                }))
                .hasMessageContaining("crash");

        assertThat(pay(CREATED)).isEqualTo(new Answer.Executed(CREATED));
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void a_twin_waits_for_the_first_and_repeats_its_reply() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        AtomicInteger executed = new AtomicInteger();
        Idempotency.Work work = tx -> {
            executed.incrementAndGet();
            running.countDown();
            return write(tx, CREATED);
        };
        List<Future<Answer>> twins = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            twins.add(Background.supply(() -> idempotency.execute(key, PRINT, work)));
        }
        running.await();

        for (Future<Answer> twin : twins) {
            assertThat(twin.get()).isIn(new Answer.Executed(CREATED), new Answer.Replayed(CREATED));
        }
        assertThat(executed).hasValue(1);
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void a_twin_that_waited_too_long_is_told_to_come_again() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Future<Answer> first = Background.supply(() -> idempotency.execute(key, PRINT, tx -> {
            running.countDown();
            go.await();
            return write(tx, CREATED);
        }));
        running.await();

        assertThat(pay(waitingAtMost(Duration.ofSeconds(1)), CREATED)).isInstanceOf(Answer.InProgress.class);
        go.countDown();

        assertThat(first.get()).isEqualTo(new Answer.Executed(CREATED));
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void the_bounded_wait_is_not_left_behind_in_the_pool() throws Exception {
        List<String> before = lockWait();
        a_twin_that_waited_too_long_is_told_to_come_again();
        assertThat(lockWait()).isEqualTo(before);
        pay(CREATED);
        assertThat(lockWait()).isEqualTo(before);
    }

    private List<String> lockWait() {
        return jdbc.inTransaction(tx -> tx.query(
                tx.dialect().isInnoDb()
                        ? "SELECT @@innodb_lock_wait_timeout AS w"
                        : "SELECT current_setting('lock_timeout') AS w",
                r -> r.string("w")));
    }

    @Test
    void a_key_older_than_the_retention_is_refused_and_never_executed_again() {
        Instant old = Instant.now().minus(RETENTION).minusSeconds(60);
        IdempotencyKey ancient = new IdempotencyKey(
                "shop", "POST/payments", UuidV7.of(old, new SplittableRandom(1)).toString());

        Answer answer = idempotency.execute(ancient, PRINT, tx -> write(tx, CREATED));

        assertThat(answer).isEqualTo(new Answer.Expired());
        assertThat(idempotency.status(ancient)).isEqualTo(new Answer.Expired());
        assertThat(payments()).isZero();
    }

    @Test
    void a_reply_is_forgotten_only_when_its_key_is_refused_as_expired() {
        pay(CREATED);
        jdbc.run(tx -> tx.update(
                "INSERT INTO tally_idempotency (scope, operation, idem_key, state, fingerprint, status, headers, body, expires_at)"
                        + " VALUES ('shop', 'POST/payments', 'old', 'DONE', '', 201, '{}', '', ?)",
                Instant.now().minusSeconds(60)));

        assertThat(idempotency.purge()).isEqualTo(1);
        assertThat(pay(CREATED)).isEqualTo(new Answer.Replayed(CREATED));
    }

    @Test
    void a_key_without_a_time_in_it_is_kept_for_ever() {
        IdempotencyKey plain = new IdempotencyKey("shop", "POST/payments", "order-4711-" + key.key());
        idempotency.execute(plain, PRINT, tx -> write(tx, CREATED));

        assertThat(idempotency.purge()).isZero();
        assertThat(idempotency.status(plain)).isEqualTo(new Answer.Replayed(CREATED));
    }

    @Test
    void not_found_is_final_only_after_the_fence() {
        assertThat(idempotency.status(key)).isEqualTo(new Answer.NotFound());
        assertThat(idempotency.fence(key)).isEqualTo(new Answer.Fenced());

        assertThat(pay(CREATED)).as("the late request").isEqualTo(new Answer.Fenced());
        assertThat(payments()).isZero();
    }

    @Test
    void a_fence_after_the_execution_changes_nothing_and_tells_the_reply() {
        pay(CREATED);

        assertThat(idempotency.fence(key)).isEqualTo(new Answer.Replayed(CREATED));
    }
}
