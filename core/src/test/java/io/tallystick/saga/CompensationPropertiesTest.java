package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Barrier;
import io.tallystick.message.Effect;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Reply;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The property kit on every database: passes a sound participant, and finds each way in which one can be unsound. */
@Databases
class CompensationPropertiesTest {

    private static final AtomicInteger RUNS = new AtomicInteger();

    private final HikariDataSource pool = new HikariDataSource();
    private final Jdbc jdbc;
    private final Barrier barrier = new Barrier();
    private final String run = "run-" + RUNS.incrementAndGet();

    CompensationPropertiesTest(TestDatabase db) {
        pool.setDataSource(db.dataSource());
        jdbc = Jdbc.on(pool);
        Schema.of(jdbc).install("message");
        db.execute("CREATE TABLE IF NOT EXISTS account (id varchar(50) PRIMARY KEY, balance int NOT NULL)");
        jdbc.inTransaction(tx -> tx.update("INSERT INTO account (id, balance) VALUES (?, ?)", run, 1000));
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void a_participant_behind_a_barrier_whose_compensation_is_the_inverse_passes() {
        CompensationProperties.assertInverse(
                run, key -> behindBarrier(key, -100), key -> behindBarrier(key, 100), this::balance);
    }

    @Test
    void a_compensation_that_gives_back_too_little_is_found() {
        assertThatThrownBy(() -> CompensationProperties.assertInverse(
                        run, key -> behindBarrier(key, -100), key -> behindBarrier(key, 90), this::balance))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the action and then its compensation leave nothing behind");
    }

    @Test
    void a_participant_without_a_barrier_is_found_to_act_twice() {
        assertThatThrownBy(() ->
                        CompensationProperties.assertInverse(run, key -> book(-100), key -> book(100), this::balance))
                .hasMessageContaining("an action delivered twice happens once");
    }

    @Test
    void a_snapshot_that_does_not_see_the_action_proves_nothing() {
        assertThatThrownBy(() -> CompensationProperties.assertInverse(
                        run, key -> behindBarrier(key, -100), key -> behindBarrier(key, 100), () -> "blind"))
                .hasMessageContaining("the action changed nothing that the snapshot shows");
    }

    private void behindBarrier(OperationKey key, int amount) {
        Reply reply = jdbc.withRetryOnConflict(
                50,
                tx -> barrier.pass(tx, key, 0, Effect.TRANSACTIONAL, () -> {
                            add(tx, amount);
                            return Reply.done();
                        })
                        .reply());
        if (reply instanceof Reply.Refused refused) {
            throw new StepRefused(refused.code(), refused.reason());
        }
    }

    private void book(int amount) {
        jdbc.inTransaction(tx -> add(tx, amount));
    }

    private int add(Tx tx, int amount) {
        return tx.update("UPDATE account SET balance = balance + ? WHERE id = ?", amount, run);
    }

    private int balance() throws Exception {
        try (Connection connection = pool.getConnection();
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("SELECT balance FROM account WHERE id = '" + run + "'")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
