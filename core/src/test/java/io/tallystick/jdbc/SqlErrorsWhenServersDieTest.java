package io.tallystick.jdbc;

import static io.tallystick.jdbc.Provoked.dialectOf;
import static io.tallystick.jdbc.Provoked.execute;
import static io.tallystick.jdbc.Provoked.isPostgres;
import static io.tallystick.jdbc.SqlFailure.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** kill -9 of the server at the moments that matter; its own server, because others would suffer. */
@Databases(settings = "max_connections=20")
class SqlErrorsWhenServersDieTest {

    @BeforeEach
    void table(TestDatabase db) {
        db.execute("CREATE TABLE IF NOT EXISTS mark (id INT PRIMARY KEY)", "DELETE FROM mark");
    }

    @AfterEach
    void alive(TestDatabase db) {
        if (!db.isRunning()) {
            db.restart();
        }
    }

    @Test
    void a_server_killed_in_a_statement_did_nothing(TestDatabase db) {
        Jdbc jdbc = Jdbc.on(db.dataSource());
        CompletableFuture<Throwable> failure = failureOf(() -> jdbc.run(tx -> {
            tx.update("INSERT INTO mark VALUES (1)");
            tx.query(isPostgres(db) ? "SELECT pg_sleep(60)" : "SELECT SLEEP(60)", row -> true);
        }));
        Awaitility.await().until(() -> sleepers(db) == 1);
        db.kill();
        assertThat(failure.join()).isInstanceOf(UnavailableException.class);
        db.restart();
        assertThat(marks(db)).isZero();
    }

    @Test
    void a_server_killed_in_commit_leaves_the_outcome_unknown(TestDatabase db) {
        Jdbc jdbc = Jdbc.on(db.dataSource());
        CountDownLatch readyToCommit = new CountDownLatch(1);
        CountDownLatch paused = new CountDownLatch(1);
        CompletableFuture<Throwable> failure = failureOf(() -> jdbc.run(tx -> {
            tx.update("INSERT INTO mark VALUES (1)");
            readyToCommit.countDown();
            paused.await();
        }));
        await(readyToCommit);
        db.pause();
        paused.countDown();
        db.kill();
        assertThat(failure.join()).isInstanceOf(UnknownOutcomeException.class).hasMessageContaining("COMMIT");
    }

    @Test
    void a_session_ended_before_commit_leaves_the_outcome_unknown(TestDatabase db) {
        Jdbc jdbc = Jdbc.on(db.dataSource());
        assertThatThrownBy(() -> jdbc.run(tx -> {
                    tx.update("INSERT INTO mark VALUES (1)");
                    SqlErrorsTest.endSession(db, tx.connection());
                }))
                .isInstanceOf(UnknownOutcomeException.class);
        assertThat(marks(db)).isZero();
    }

    @Test
    void an_autocommitted_write_that_lost_its_server_is_unknown_and_a_read_is_not(TestDatabase db) {
        Jdbc jdbc = Jdbc.on(db.dataSource());
        assertThatThrownBy(() -> jdbc.autocommit(tx -> {
                    SqlErrorsTest.endSession(db, tx.connection());
                    return tx.update("INSERT INTO mark VALUES (1)");
                }))
                .isInstanceOf(UnknownOutcomeException.class);
        assertThatThrownBy(() -> jdbc.autocommit(tx -> {
                    SqlErrorsTest.endSession(db, tx.connection());
                    return tx.query("SELECT 1", row -> true);
                }))
                .isInstanceOf(UnavailableException.class);
    }

    @Test
    void a_refused_connection_names_the_url_and_no_secret(TestDatabase db) {
        Jdbc jdbc = Jdbc.on(db.dataSource());
        db.kill();
        assertThatThrownBy(jdbc::dialect)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(":" + db.port() + "/" + db.name())
                .hasMessageNotContaining("password");
    }

    @Test
    void too_many_connections_can_be_tried_later(TestDatabase db) throws SQLException {
        List<Connection> open = new ArrayList<>();
        try {
            Provoked.by(db, () -> {
                        for (int i = 0; i < 50; i++) {
                            open.add(db.connect());
                        }
                    })
                    .means(UNAVAILABLE);
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    @Test
    void a_server_that_became_read_only_can_be_tried_elsewhere(TestDatabase db) throws SQLException {
        if (isPostgres(db)) {
            return; // a standby answers 25006, the same as the read-only transaction of SqlErrorsTest
        }
        db.execute("CREATE USER 'plain'@'%' IDENTIFIED BY 'plain'", "GRANT ALL ON " + db.name() + ".* TO 'plain'@'%'");
        db.execute("SET GLOBAL read_only = ON");
        try (Connection c = java.sql.DriverManager.getConnection(db.url(), "plain", "plain")) {
            Provoked.by(db, () -> execute(c, "INSERT INTO mark VALUES (1)")).means(UNAVAILABLE);
        } finally {
            db.execute("SET GLOBAL read_only = OFF", "DROP USER 'plain'@'%'");
        }
    }

    private static long sleepers(TestDatabase db) {
        String sql = isPostgres(db)
                ? "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
                : "SELECT count(*) AS n FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'";
        return Jdbc.on(db.dataSource(), dialectOf(db))
                .autocommit(tx -> tx.query(sql, row -> row.longValue("n")))
                .get(0);
    }

    private static long marks(TestDatabase db) {
        return Jdbc.on(db.dataSource())
                .inTransaction(tx -> tx.query("SELECT count(*) AS n FROM mark", row -> row.longValue("n")))
                .get(0);
    }

    private static CompletableFuture<Throwable> failureOf(Runnable work) {
        return Background.supply(() -> {
                    work.run();
                    return (Throwable) new AssertionError("was to fail");
                })
                .exceptionally(Throwable::getCause)
                .orTimeout(Duration.ofSeconds(120).toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
