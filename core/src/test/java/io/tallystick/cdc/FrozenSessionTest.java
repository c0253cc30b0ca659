package io.tallystick.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.Tx;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A runner that stands still in the middle of a transaction, as a frozen process or a host that was cut off does. */
@Databases
class FrozenSessionTest {

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(40);
    /** Longer than any test lasts. */
    private static final Duration FOREVER = Duration.ofMinutes(10);

    private final TestDatabase db;
    private final Dialect dialect;

    FrozenSessionTest(TestDatabase db) throws SQLException {
        this.db = db;
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        db.execute(
                "DELETE FROM tally_position",
                "DELETE FROM tally_pipeline",
                "DROP TABLE IF EXISTS item",
                "CREATE TABLE item (id BIGINT PRIMARY KEY, n INT)",
                "INSERT INTO item VALUES (1, 0)");
        try (Connection connection = db.connect()) {
            dialect = Dialect.of(connection);
        }
    }

    @Test
    void is_ended_by_the_server_so_that_its_heir_goes_on()
            throws InterruptedException, ExecutionException, TimeoutException {
        try (TargetSession frozen = TargetSession.claim(db.dataSource(), dialect, "p", SHORT)) {
            frozen.begin(new Position("0"));
            frozen.tx().update("UPDATE item SET n = 1");
            frozen.tx().update("UPDATE tally_position SET epoch = epoch");
            CompletableFuture<Void> heir = Background.run(this::takeOver);
            heir.get(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThatThrownBy(() -> frozen.commit(new Position("1"))).isInstanceOf(TallystickException.class);
        }
        assertThat(numbers()).containsExactly(2);
    }

    @Test
    void is_ended_by_its_heir_who_need_not_wait_for_it()
            throws InterruptedException, ExecutionException, TimeoutException {
        try (TargetSession frozen = TargetSession.claim(db.dataSource(), dialect, "p", FOREVER)) {
            frozen.begin(new Position("0"));
            frozen.tx().update("UPDATE item SET n = 1");
            frozen.tx().update("UPDATE tally_position SET epoch = epoch");
            leaseOf("heir");

            assertThat(new FrozenSessions("p", "heir").end(Jdbc.on(db.dataSource(), dialect)))
                    .isEqualTo(1);

            CompletableFuture<Void> heir = Background.run(this::takeOver);
            heir.get(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThatThrownBy(() -> frozen.commit(new Position("1"))).isInstanceOf(TallystickException.class);
        }
        assertThat(numbers()).containsExactly(2);
    }

    @Test
    void nobody_is_ended_while_the_lease_of_another_runs_and_never_who_is_of_another_pipeline() {
        try (TargetSession working = TargetSession.claim(db.dataSource(), dialect, "p", FOREVER);
                TargetSession other = TargetSession.claim(db.dataSource(), dialect, "p2", FOREVER)) {
            working.begin(new Position("0"));
            other.begin(new Position("0"));
            working.tx().update("UPDATE item SET n = 3");
            other.tx().update("UPDATE tally_position SET epoch = epoch WHERE pipeline = 'p2'");
            leaseOf("runner");

            assertThat(new FrozenSessions("p", "another").end(Jdbc.on(db.dataSource(), dialect)))
                    .isZero();
            working.commit(new Position("1"));

            working.tx().update("UPDATE item SET n = 4");
            assertThat(new FrozenSessions("p", "runner").end(Jdbc.on(db.dataSource(), dialect)))
                    .isEqualTo(1);
            other.commit(new Position("1"));
            assertThatThrownBy(() -> working.commit(new Position("2"))).isInstanceOf(TallystickException.class);
        }
        assertThat(numbers()).containsExactly(3);
    }

    @Test
    void a_session_that_was_given_back_to_its_pool_is_of_no_pipeline_any_more() throws SQLException {
        try (HikariDataSource pool = poolOfOne()) {
            TargetSession.claim(pool, dialect, "p", FOREVER).close();
            try (Connection others = pool.getConnection()) {
                Tx.of(others, dialect).update("UPDATE item SET n = 5");
                leaseOf("heir");
                assertThat(new FrozenSessions("p", "heir").end(Jdbc.on(db.dataSource(), dialect)))
                        .isZero();
                others.commit();
            }
        }
        assertThat(numbers()).containsExactly(5);
    }

    private HikariDataSource poolOfOne() {
        HikariConfig one = new HikariConfig();
        one.setDataSource(db.dataSource());
        one.setMaximumPoolSize(1);
        one.setAutoCommit(false);
        return new HikariDataSource(one);
    }

    private void leaseOf(String runner) {
        new PipelineBoard(Jdbc.on(db.dataSource()), "p").hold(runner, FOREVER, "{}");
    }

    private void takeOver() {
        try (TargetSession next = TargetSession.claim(db.dataSource(), dialect, "p", LONG)) {
            next.tx().update("UPDATE item SET n = 2");
            next.commit(new Position("2"));
        }
    }

    private List<Integer> numbers() {
        return Jdbc.on(db.dataSource()).autocommit(tx -> tx.query("SELECT n FROM item", row -> row.intValue("n")));
    }
}
