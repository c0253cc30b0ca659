package io.tallystick.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.ConnectionSettings.Timeouts;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class MySqlDataSourcesTest {

    private static final Timeouts SHORT =
            new Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(1));

    @Test
    void a_session_is_in_utc_read_committed_and_waits_for_locks_as_long_as_told(TestDatabase db) {
        String isolation = db.engine() == Engine.MARIADB ? "@@tx_isolation" : "@@transaction_isolation";
        try (var pool = MySqlDataSources.open(settings(db, db.url()))) {
            String found = Jdbc.on(pool)
                    .inTransaction(tx -> tx.query(
                                    "SELECT CONCAT(@@time_zone, '|', " + isolation
                                            + ", '|', @@innodb_lock_wait_timeout, '|',"
                                            + " IF(@@autocommit, 1, 0)) AS s",
                                    row -> row.string("s"))
                            .get(0));
            assertThat(found).isEqualTo("+00:00|READ-COMMITTED|1|0");
        }
    }

    @Test
    void a_mysql_url_is_taken_too(TestDatabase db) {
        try (var pool = MySqlDataSources.open(settings(db, db.url().replace("jdbc:mariadb:", "jdbc:mysql:")))) {
            assertThat(Jdbc.on(pool).dialect().name()).isEqualTo(db.engine().name());
        }
    }

    @Test
    void a_compare_and_set_that_changes_nothing_counts_as_done(TestDatabase db) {
        db.execute("CREATE TABLE IF NOT EXISTS cas (id INT PRIMARY KEY, v INT)", "REPLACE INTO cas VALUES (1, 7)");
        try (var pool = MySqlDataSources.open(settings(db, db.url()))) {
            int rows = Jdbc.on(pool).inTransaction(tx -> tx.update("UPDATE cas SET v = 7 WHERE id = 1 AND v = 7"));
            assertThat(rows).isEqualTo(1);
        }
    }

    @Test
    void a_pool_starts_while_the_server_is_away_and_heals(TestDatabase db) {
        db.kill();
        try (var pool = MySqlDataSources.open(settings(db, db.url()))) {
            Jdbc jdbc = Jdbc.on(pool);
            assertThatThrownBy(jdbc::dialect)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(db.url());
            db.restart();
            // the pool pauses longer and longer between its own attempts
            org.awaitility.Awaitility.await()
                    .ignoreExceptions()
                    .until(() -> jdbc.dialect().name().equals(db.engine().name()));
        } finally {
            db.restart();
        }
    }

    @Test
    void a_server_that_froze_in_commit_leaves_the_outcome_unknown(TestDatabase db) {
        db.execute("CREATE TABLE IF NOT EXISTS frozen (id INT)");
        try (var pool = MySqlDataSources.open(settings(db, db.url()))) {
            assertThatThrownBy(() -> Jdbc.on(pool).run(tx -> {
                        tx.update("INSERT INTO frozen VALUES (1)");
                        db.pause();
                    }))
                    .isInstanceOf(UnknownOutcomeException.class);
        } finally {
            db.resume();
        }
    }

    @Test
    void a_wrong_password_is_rejected_through_the_pool_without_showing_it(TestDatabase db) {
        db.execute(
                "CREATE USER 'careful'@'%' IDENTIFIED BY 'right'", "GRANT ALL ON " + db.name() + ".* TO 'careful'@'%'");
        ConnectionSettings wrong =
                ConnectionSettings.of(db.url(), "careful", "hidden-word").withTimeouts(SHORT);
        try (var pool = MySqlDataSources.open(wrong)) {
            assertThatThrownBy(() -> Jdbc.on(pool).dialect())
                    .isInstanceOf(RejectedException.class)
                    .hasMessageNotContaining("hidden-word");
        } finally {
            db.execute("DROP USER 'careful'@'%'");
        }
    }

    @Test
    void a_refused_user_is_told_at_once_and_the_pool_heals_when_he_may_come(TestDatabase db) throws Exception {
        db.execute("CREATE USER 'stranger'@'%' IDENTIFIED BY 'another-word'");
        ConnectionSettings unknown = ConnectionSettings.of(db.url(), "stranger", "hidden-word")
                .withTimeouts(new Timeouts(
                        Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofSeconds(1)));
        try (var pool = MySqlDataSources.open(unknown)) {
            Jdbc jdbc = Jdbc.on(pool);
            for (int time = 1; time <= 2; time++) {
                assertThat(Background.supply(() -> catchThrowable(jdbc::dialect))
                                .get(1, TimeUnit.MINUTES))
                        .as("time %d", time)
                        .isInstanceOf(RejectedException.class)
                        .hasMessageContaining("1045");
            }
            db.execute(
                    "ALTER USER 'stranger'@'%' IDENTIFIED BY 'hidden-word'",
                    "GRANT ALL ON " + db.name() + ".* TO 'stranger'@'%'");
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .ignoreExceptions()
                    .until(() -> jdbc.dialect().name().equals(db.engine().name()));
        } finally {
            db.execute("DROP USER IF EXISTS 'stranger'@'%'");
        }
    }

    @Test
    void refuses_what_is_not_for_mysql(TestDatabase db) {
        assertThatThrownBy(() -> MySqlDataSources.open(ConnectionSettings.of("jdbc:postgresql://h/d", "u", "secret")))
                .hasMessageContaining("jdbc:mariadb:")
                .hasMessageNotContaining("secret");
    }

    static ConnectionSettings settings(TestDatabase db, String url) {
        return ConnectionSettings.of(url, db.user(), db.password())
                .withPoolSize(2)
                .withTimeouts(SHORT);
    }
}
