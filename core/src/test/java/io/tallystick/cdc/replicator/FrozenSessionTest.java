package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.cdc.Position;
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
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A runner that stands still in the middle of a transaction, as a frozen process or a host that was cut off does. */
@Databases
class FrozenSessionTest {

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(40);
    /** Longer than any test lasts. */
    private static final Duration FOREVER = Duration.ofMinutes(10);

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final TestDatabase db;
    private final Dialect dialect;
    /** Of one test: a session that was ended is seen at its server for a moment more. */
    private final String pipeline = "p" + COUNTER.incrementAndGet();

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
        try (TargetSession frozen = await().until(this::inTheMiddle, Objects::nonNull)) {
            CompletableFuture<Void> heir = Background.run(this::takeOver);
            heir.get(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThatThrownBy(() -> frozen.commit(new Position("1"))).isInstanceOf(TallystickException.class);
        }
        assertThat(numbers()).containsExactly(2);
    }

    @Test
    void is_ended_by_its_heir_who_need_not_wait_for_it()
            throws InterruptedException, ExecutionException, TimeoutException {
        try (TargetSession frozen = TargetSession.claim(db.dataSource(), dialect, pipeline, FOREVER)) {
            frozen.begin(new Position("0"));
            frozen.tx().update("UPDATE item SET n = 1");
            frozen.tx().update("UPDATE tally_position SET epoch = epoch");
            leaseOf("heir");

            assertThat(new FrozenSessions(pipeline, "heir").end(Jdbc.on(db.dataSource(), dialect)))
                    .isEqualTo(1);

            CompletableFuture<Void> heir = Background.run(this::takeOver);
            heir.get(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThatThrownBy(() -> frozen.commit(new Position("1"))).isInstanceOf(TallystickException.class);
        }
        assertThat(numbers()).containsExactly(2);
    }

    @Test
    void nobody_is_ended_while_the_lease_of_another_runs_and_never_who_is_of_another_pipeline() {
        try (TargetSession working = TargetSession.claim(db.dataSource(), dialect, pipeline, FOREVER);
                TargetSession other = TargetSession.claim(db.dataSource(), dialect, other(), FOREVER)) {
            working.begin(new Position("0"));
            other.begin(new Position("0"));
            working.tx().update("UPDATE item SET n = 3");
            other.tx().update("UPDATE tally_position SET epoch = epoch WHERE pipeline = ?", other());
            leaseOf("runner");

            assertThat(new FrozenSessions(pipeline, "another").end(Jdbc.on(db.dataSource(), dialect)))
                    .isZero();
            working.commit(new Position("1"));

            working.tx().update("UPDATE item SET n = 4");
            assertThat(new FrozenSessions(pipeline, "runner").end(Jdbc.on(db.dataSource(), dialect)))
                    .isEqualTo(1);
            other.commit(new Position("1"));
            assertThatThrownBy(() -> working.commit(new Position("2"))).isInstanceOf(TallystickException.class);
        }
        assertThat(numbers()).containsExactly(3);
    }

    @Test
    void a_session_that_was_given_back_to_its_pool_is_of_no_pipeline_any_more() throws SQLException {
        try (HikariDataSource pool = poolOfOne()) {
            TargetSession.claim(pool, dialect, pipeline, FOREVER).close();
            try (Connection others = pool.getConnection()) {
                Tx.of(others, dialect).update("UPDATE item SET n = 5");
                leaseOf("heir");
                assertThat(new FrozenSessions(pipeline, "heir").end(Jdbc.on(db.dataSource(), dialect)))
                        .isZero();
                others.commit();
            }
        }
        assertThat(numbers()).containsExactly(5);
    }

    /** Null when this thread was kept from its work for so long that it counts as frozen before it has begun. */
    private @Nullable TargetSession inTheMiddle() {
        TargetSession session = TargetSession.claim(db.dataSource(), dialect, pipeline, SHORT);
        try {
            if (session.position() == null) {
                session.begin(new Position("0"));
            }
            session.tx().update("UPDATE item SET n = 1");
            session.tx().update("UPDATE tally_position SET epoch = epoch");
            return session;
        } catch (TallystickException ended) {
            session.close();
            return null;
        }
    }

    private String other() {
        return pipeline + "-other";
    }

    private HikariDataSource poolOfOne() {
        HikariConfig one = new HikariConfig();
        one.setDataSource(db.dataSource());
        one.setMaximumPoolSize(1);
        one.setAutoCommit(false);
        return new HikariDataSource(one);
    }

    private void leaseOf(String runner) {
        new PipelineBoard(Jdbc.on(db.dataSource()), pipeline).hold(runner, FOREVER, "{}");
    }

    private void takeOver() {
        try (TargetSession next = TargetSession.claim(db.dataSource(), dialect, pipeline, LONG)) {
            next.tx().update("UPDATE item SET n = 2");
            next.commit(new Position("2"));
        }
    }

    private List<Integer> numbers() {
        return Jdbc.on(db.dataSource()).autocommit(tx -> tx.query("SELECT n FROM item", row -> row.intValue("n")));
    }
}
