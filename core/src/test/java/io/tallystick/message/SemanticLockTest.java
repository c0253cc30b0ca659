package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Databases
class SemanticLockTest {
    private final HikariDataSource pool;
    private final Jdbc jdbc;
    private final SemanticLock lock = new SemanticLock();

    SemanticLockTest(TestDatabase db) {
        pool = MessageDatabase.pool(db);
        jdbc = Jdbc.on(pool);
    }

    @BeforeEach
    void empty() {
        jdbc.run(tx -> tx.update("DELETE FROM tally_semantic_lock"));
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private Optional<String> acquire(String resource, String instance) {
        return jdbc.withRetryOnConflict(10, tx -> lock.acquire(tx, resource, instance));
    }

    @Test
    void who_comes_second_learns_who_has_it() {
        assertThat(acquire("account-7", "saga-1")).isEmpty();
        assertThat(acquire("account-7", "saga-2")).contains("saga-1");
        assertThat(acquire("account-8", "saga-2")).isEmpty();
    }

    @Test
    void the_same_saga_may_take_it_again() {
        acquire("account-7", "saga-1");

        assertThat(acquire("account-7", "saga-1")).isEmpty();
    }

    @Test
    void it_is_free_again_when_its_saga_has_released_everything() {
        acquire("account-7", "saga-1");
        acquire("account-8", "saga-1");

        assertThat((int) jdbc.inTransaction(tx -> lock.release(tx, "saga-1"))).isEqualTo(2);

        assertThat(acquire("account-7", "saga-2")).isEmpty();
    }

    @Test
    void a_lock_taken_in_a_transaction_that_was_rolled_back_is_not_held() {
        try {
            jdbc.run(tx -> {
                lock.acquire(tx, "account-7", "saga-1");
                throw new IllegalStateException("rolled back");
            });
        } catch (IllegalStateException expected) {
            // that is the point
        }

        assertThat(acquire("account-7", "saga-2")).isEmpty();
    }
}
