package io.tallystick.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.ConnectionSettings.Timeouts;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What every pool of ours does when its server is away, frozen, or refuses. The server is the test's own. */
public abstract class DataSourcesContract {

    protected static final Timeouts SHORT =
            new Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(1));

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String PASSWORD = "hidden-word";

    protected abstract CandidPool open(ConnectionSettings settings);

    /** Makes sure that nobody of this name can log in with that password; what the refusal says of itself. */
    protected abstract String refuse(TestDatabase db, String stranger);

    /** Lets him in, with this password, whatever he was before. */
    protected abstract void admit(TestDatabase db, String stranger, String password);

    protected abstract void forget(TestDatabase db, String stranger);

    protected ConnectionSettings settings(TestDatabase db) {
        String password = db.password().isEmpty() ? PASSWORD : db.password();
        return ConnectionSettings.of(db.url(), db.user(), password)
                .withPoolSize(2)
                .withTimeouts(SHORT);
    }

    @Test
    void a_pool_starts_while_the_server_is_away_and_heals(TestDatabase db) {
        db.kill();
        try (HikariDataSource pool = open(settings(db))) {
            Jdbc jdbc = Jdbc.on(pool);
            assertThatThrownBy(jdbc::dialect)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(db.url())
                    .hasMessageNotContaining(PASSWORD);
            db.restart();
            // the pool pauses longer and longer between its own attempts
            awaitDialect(jdbc, db);
        } finally {
            if (!db.isRunning()) {
                db.restart();
            }
        }
    }

    @Test
    void a_server_that_froze_in_commit_leaves_the_outcome_unknown(TestDatabase db) {
        db.execute("CREATE TABLE IF NOT EXISTS frozen (id INT)");
        try (HikariDataSource pool = open(settings(db))) {
            AtomicBoolean frozen = new AtomicBoolean();
            // a busy machine may not even come that far within such short time limits
            Throwable thrown = await().until(
                            () -> catchThrowable(() -> Jdbc.on(pool).run(tx -> {
                                tx.update("INSERT INTO frozen VALUES (1)");
                                frozen.set(true);
                                db.pause();
                            })),
                            never -> frozen.get());
            assertThat(thrown).isInstanceOf(UnknownOutcomeException.class);
        } finally {
            db.resume();
        }
    }

    @Test
    void a_refused_user_is_told_at_once_and_the_pool_heals_when_he_may_come(TestDatabase db) throws Exception {
        String stranger = "stranger";
        String sign = refuse(db, stranger);
        ConnectionSettings unknown = ConnectionSettings.of(db.url(), stranger, PASSWORD)
                .withTimeouts(new Timeouts(
                        Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofSeconds(1)));
        try (HikariDataSource pool = open(unknown)) {
            Jdbc jdbc = Jdbc.on(pool);
            for (int time = 1; time <= 2; time++) {
                assertThat(Background.supply(() -> catchThrowable(jdbc::dialect))
                                .get(1, TimeUnit.MINUTES))
                        .as("time %d", time)
                        .isInstanceOf(RejectedException.class)
                        .hasMessageContaining(sign)
                        .hasMessageNotContaining(PASSWORD);
            }
            admit(db, stranger, PASSWORD);
            awaitDialect(jdbc, db);
        } finally {
            forget(db, stranger);
        }
    }

    @Test
    void that_nobody_listens_is_told_at_once_where_it_is_wanted_and_the_pool_heals_when_somebody_does(TestDatabase db)
            throws Exception {
        Timeouts patient = new Timeouts(
                Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofSeconds(1));
        db.kill();
        try (CandidPool pool = open(settings(db).withTimeouts(patient)).tellingWhenNobodyListens()) {
            Jdbc jdbc = Jdbc.on(pool);
            for (int time = 1; time <= 2; time++) {
                assertThat(Background.supply(() -> catchThrowable(jdbc::dialect))
                                .get(1, TimeUnit.MINUTES))
                        .as("time %d", time)
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining(db.url());
            }
            db.restart();
            awaitDialect(jdbc, db);
        } finally {
            if (!db.isRunning()) {
                db.restart();
            }
        }
    }

    private static void awaitDialect(Jdbc jdbc, TestDatabase db) {
        await().atMost(LONG)
                .ignoreExceptions()
                .until(() -> jdbc.dialect().name().equals(db.engine().name()));
    }
}
