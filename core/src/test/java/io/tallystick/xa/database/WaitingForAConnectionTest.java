package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.JdbcBranch;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** All connections of a resource are lent, and somebody waits for one. */
@Databases(Engine.POSTGRESQL)
class WaitingForAConnectionTest {

    private static final Opening UNNAMED = new Opening(null, Instant.MAX);

    private final TestDatabase db;

    WaitingForAConnectionTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void who_waits_gets_a_new_one_when_that_of_another_is_destroyed_and_does_not_wait_to_the_end() {
        PoolSettings one = PoolSettings.of("orders", 1).withBorrow(Duration.ofMinutes(5));
        try (PostgresBranchDriver orders = PostgresBranchDriver.on(db.dataSource(), one)) {
            JdbcBranch first = orders.open(UNNAMED);
            CompletableFuture<JdbcBranch> second = new CompletableFuture<>();
            Thread waiting = new Thread(() -> second.complete(orders.open(UNNAMED)));
            waiting.setDaemon(true);
            waiting.start();
            await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);

            first.cut();
            first.release();

            assertThat(second).succeedsWithin(Duration.ofMinutes(1));
            second.join().release();
        }
    }

    @Test
    void who_waits_in_vain_is_told_that_they_are_lent_and_not_that_the_database_said_no() {
        PoolSettings one = PoolSettings.of("orders", 1).withBorrow(Duration.ofMillis(300));
        try (PostgresBranchDriver orders = PostgresBranchDriver.on(db.dataSource(), one)) {
            JdbcBranch first = orders.open(UNNAMED);

            assertThatThrownBy(() -> orders.open(UNNAMED))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("all 1 connections of resource orders are in use")
                    .hasMessageContaining("more connections");

            first.release();
        }
    }
}
