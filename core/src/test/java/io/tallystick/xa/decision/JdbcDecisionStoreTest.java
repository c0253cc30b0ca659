package io.tallystick.xa.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.DecisionStoreContract;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract on real databases. */
@Databases
class JdbcDecisionStoreTest extends DecisionStoreContract {

    private static final Duration LEASE = Duration.ofMinutes(5);

    private final HikariDataSource pool = new HikariDataSource();

    JdbcDecisionStoreTest(TestDatabase database) {
        pool.setDataSource(database.dataSource());
        pool.setMaximumPoolSize(8);
        pool.setMinimumIdle(1);
        Schema.of(Jdbc.on(pool)).install("xa");
    }

    @AfterEach
    void closePool() {
        pool.close();
    }

    @Override
    protected DecisionStore open() {
        return JdbcDecisionStore.on("here", Jdbc.on(pool));
    }

    /** More often than once a minute: its epoch runs ahead of the clock, by which a name without a row begins. */
    @Test
    void no_epoch_of_a_process_that_dies_again_and_again_comes_back_after_its_row_was_purged() {
        try (DecisionStore store = open()) {
            Life last = store.register(5, 99, LEASE);
            for (int starts = 0; starts < 5; starts++) {
                last = store.register(5, 99, LEASE);
            }
            store.leave(last);
            store.purge(Duration.ofNanos(-1_000_000), 10);
            assertThat(store.register(5, 99, LEASE).epoch()).isGreaterThan(last.epoch());
        }
    }

    @Test
    void of_processes_that_have_died_nothing_is_left_after_a_day() {
        Jdbc jdbc = Jdbc.on(pool);
        try (DecisionStore store = open()) {
            for (int node = 1; node <= 3; node++) {
                store.leave(store.register(6, node, LEASE));
            }
            jdbc.run(tx -> tx.update(
                    "UPDATE tally_xa_node SET epoch = 1000, lease_until = "
                            + tx.dialect().nowPlusMicros() + " WHERE cluster = 6 AND node < 3",
                    -Duration.ofHours(25).toNanos() / 1000));
            store.purge(Duration.ofDays(7), 10);
        }
        List<Long> left = jdbc.autocommit(
                tx -> tx.query("SELECT node FROM tally_xa_node WHERE cluster = 6", row -> row.longValue("node")));
        assertThat(left).containsExactly(3L);
    }
}
