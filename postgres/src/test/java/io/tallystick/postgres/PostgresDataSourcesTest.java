package io.tallystick.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.ConnectionSettings.Timeouts;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresDataSourcesTest {

    private static final Timeouts SHORT =
            new Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(1));

    @Test
    void a_session_is_in_utc_read_committed_and_waits_for_locks_as_long_as_told(TestDatabase db) {
        try (var pool = PostgresDataSources.open(settings(db))) {
            String found = Jdbc.on(pool)
                    .inTransaction(tx -> tx.query(
                                    "SELECT current_setting('TimeZone') || '|' || current_setting('transaction_isolation') || '|'"
                                            + " || current_setting('lock_timeout') || '|' || current_setting('application_name') AS s",
                                    row -> row.string("s"))
                            .get(0));
            assertThat(found).isEqualTo("UTC|read committed|1s|tallystick");
        }
    }

    @Test
    void a_pool_starts_while_the_server_is_away_and_heals(TestDatabase db) {
        db.kill();
        try (var pool = PostgresDataSources.open(settings(db))) {
            Jdbc jdbc = Jdbc.on(pool);
            assertThatThrownBy(jdbc::dialect)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(db.url())
                    .hasMessageNotContaining("secret");
            db.restart();
            // the pool pauses longer and longer between its own attempts
            org.awaitility.Awaitility.await().ignoreExceptions().until(() -> jdbc.dialect() == Dialect.POSTGRESQL);
        } finally {
            db.restart();
        }
    }

    @Test
    void a_server_that_froze_in_commit_leaves_the_outcome_unknown(TestDatabase db) {
        db.execute("CREATE TABLE frozen (id INT)");
        try (var pool = PostgresDataSources.open(settings(db))) {
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
    void a_wrong_password_is_rejected_through_the_pool(TestDatabase db) throws IOException {
        db.execute("CREATE ROLE careful LOGIN PASSWORD 'right'");
        Path rules = db.dataDirectory().resolve("pg_hba.conf");
        String before = Files.readString(rules);
        Files.writeString(rules, "host all careful 127.0.0.1/32 scram-sha-256\n" + before);
        db.execute("SELECT pg_reload_conf()");
        ConnectionSettings wrong =
                ConnectionSettings.of(db.url(), "careful", "secret").withTimeouts(SHORT);
        try (var pool = PostgresDataSources.open(wrong)) {
            assertThatThrownBy(() -> Jdbc.on(pool).dialect())
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("28P01")
                    .hasMessageNotContaining("secret");
        } finally {
            Files.writeString(rules, before);
        }
    }

    @Test
    void a_refused_user_is_told_at_once_and_the_pool_heals_when_he_may_come(TestDatabase db) throws Exception {
        ConnectionSettings unknown = ConnectionSettings.of(db.url(), "stranger", "secret")
                .withTimeouts(new Timeouts(
                        Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofSeconds(1)));
        try (var pool = PostgresDataSources.open(unknown)) {
            Jdbc jdbc = Jdbc.on(pool);
            for (int time = 1; time <= 2; time++) {
                assertThat(Background.supply(() -> catchThrowable(jdbc::dialect))
                                .get(1, TimeUnit.MINUTES))
                        .as("time %d", time)
                        .isInstanceOf(RejectedException.class)
                        .hasMessageContaining("SQLState 28");
            }
            db.execute("CREATE ROLE stranger LOGIN");
            await().atMost(Duration.ofMinutes(2)).ignoreExceptions().until(() -> jdbc.dialect() == Dialect.POSTGRESQL);
        }
    }

    @Test
    void an_exhausted_pool_can_be_tried_later(TestDatabase db) {
        try (var pool = PostgresDataSources.open(settings(db).withPoolSize(1))) {
            Jdbc jdbc = Jdbc.on(pool);
            assertThatThrownBy(() -> jdbc.run(outer -> jdbc.run(inner -> {})))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("timed out");
        }
    }

    @Test
    void refuses_what_is_not_for_postgresql(TestDatabase db) {
        assertThatThrownBy(() -> PostgresDataSources.open(ConnectionSettings.of("jdbc:mariadb://h/d", "u", "secret")))
                .hasMessageContaining("jdbc:postgresql:")
                .hasMessageNotContaining("secret");
    }

    static ConnectionSettings settings(TestDatabase db) {
        String password = db.password().isEmpty() ? "secret" : db.password();
        return ConnectionSettings.of(db.url(), db.user(), password)
                .withPoolSize(2)
                .withTimeouts(SHORT);
    }
}
