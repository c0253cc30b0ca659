package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.message.IdempotentHttp.Request;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The mapping to HTTP; what the database does under it stands in {@link IdempotencyTest}. */
@Databases(Engine.POSTGRESQL)
class IdempotentHttpTest {
    private final HikariDataSource pool;
    private final IdempotentHttp http;
    private final AtomicInteger executed = new AtomicInteger();
    private final String key = MessageRuntime.system().ids().get();

    IdempotentHttpTest(TestDatabase db) {
        pool = MessageDatabase.pool(db);
        http = new IdempotentHttp(Idempotency.on(pool));
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private HttpReply post(String keyHeader, String body) {
        return http.handle(
                new Request("shop", "POST/payments", keyHeader, body),
                tx -> HttpReply.json(201, "{\"n\":" + executed.incrementAndGet() + "}"));
    }

    @Test
    void without_a_key_the_answer_is_400_and_nothing_happens() {
        HttpReply reply = post("", "{}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.headers()).containsEntry("Content-Type", "application/problem+json");
        assertThat(reply.body()).contains("\"safe_new_key\":true");
        assertThat(executed).hasValue(0);
    }

    @Test
    void the_second_answer_is_the_first_one_marked_as_replayed() {
        HttpReply first = post('"' + key + '"', "{}");
        HttpReply second = post(key, "{}");

        assertThat(second.status()).isEqualTo(201);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(first.headers()).doesNotContainKey("Idempotency-Replayed");
        assertThat(second.headers())
                .containsEntry("Idempotency-Replayed", "true")
                .containsEntry("Idempotency-Key", '"' + key + '"');
    }

    @Test
    void a_key_used_for_another_payload_is_422() {
        post(key, "{}");

        assertThat(post(key, "{\"amount\":1}").status()).isEqualTo(422);
        assertThat(executed).hasValue(1);
    }

    @Test
    void a_key_that_cannot_be_stored_is_400() {
        assertThat(post("a b", "{}").status()).isEqualTo(400);
    }

    @Test
    void status_and_fence_tell_what_became_of_a_key() {
        assertThat(http.status("shop", "POST/payments", key).status()).isEqualTo(404);
        assertThat(http.fence("shop", "POST/payments", key).headers())
                .containsEntry("Tally-Operation-State", "not_executed");
        assertThat(post(key, "{}").status()).isEqualTo(422);
        assertThat(executed).hasValue(0);
    }

    @Test
    void status_of_an_executed_key_is_its_reply() {
        HttpReply first = post(key, "{}");

        HttpReply status = http.status("shop", "POST/payments", key);

        assertThat(status.status()).isEqualTo(201);
        assertThat(status.body()).isEqualTo(first.body());
    }
}
