package io.tallystick.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

@Databases(Engine.POSTGRESQL)
class CrashRunnerTest {
    private final TestDatabase db;

    CrashRunnerTest(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void an_empty_table() {
        db.execute("DROP TABLE IF EXISTS account", "CREATE TABLE account (id int PRIMARY KEY)");
    }

    @Test
    void a_sweep_kills_a_child_at_every_point_and_ends_with_the_one_that_lives() {
        List<String> stories = new ArrayList<>();
        int points = CrashRunner.of(InsertOnce.class, db.url()).sweep(result -> {
            stories.add(result.point().orElse("lived") + " -> " + rows());
            db.execute("DELETE FROM account");
        });
        assertThat(points).isEqualTo(7);
        assertThat(stories)
                .containsExactly(
                        "1: before call 1 getConnection -> 0",
                        "2: after call 1 getConnection -> 0",
                        "3: before call 2 execute [INSERT INTO account VALUES (1)] -> 0",
                        "4: after call 2 execute [INSERT INTO account VALUES (1)] -> 0",
                        "5: about to commit -> 0",
                        "6: before call 3 commit -> 0",
                        "7: after call 3 commit -> 1",
                        "lived -> 1");
    }

    @Test
    void a_wrong_aftermath_names_the_point() {
        CrashRunner runner = CrashRunner.of(InsertOnce.class, db.url());
        assertThatThrownBy(
                        () -> runner.sweep(result -> assertThat(result.point()).isEmpty()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a crash at point 1: before call 1 getConnection");
    }

    @Test
    void a_child_that_fails_otherwise_is_a_failure_with_its_output() {
        CrashRunner runner = CrashRunner.of(InsertOnce.class, "jdbc:postgresql://127.0.0.1:1/nothing");
        assertThatThrownBy(() -> runner.sweep(result -> {}))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void a_child_can_be_killed_from_outside() {
        try (ChildJvm child = CrashRunner.of(WaitForever.class)
                .environment("GREETING", "hello")
                .start()) {
            child.awaitOutput("hello, ready", Duration.ofSeconds(30));
            CrashResult result = child.kill();
            assertThat(result.exitStatus()).isEqualTo(137);
            assertThat(result.crashed()).isFalse();
            assertThat(child.isAlive()).isFalse();
        }
    }

    @Test
    void a_hanging_child_is_killed_when_its_time_is_up() {
        CrashRunner runner = CrashRunner.of(WaitForever.class).timeout(Duration.ofMillis(1));
        assertThatThrownBy(() -> runner.runAt(0))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected the child to end");
    }

    @Test
    void output_that_never_comes_is_a_failure_and_not_an_endless_wait() {
        try (ChildJvm child = CrashRunner.of(InsertOnce.class, db.url()).start()) {
            assertThatThrownBy(() -> child.awaitOutput("never written", Duration.ofSeconds(30)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("ended with status 0");
        }
    }

    private int rows() throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM account")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** The child: one transaction over a data source that may die at any call. */
    static final class InsertOnce {
        public static void main(String[] arguments) throws SQLException {
            CrashPoints points = CrashPoints.fromEnvironment();
            PGSimpleDataSource postgres = new PGSimpleDataSource();
            postgres.setUrl(arguments[0]);
            postgres.setUser("tally");
            DataSource source = points.around(postgres);
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO account VALUES (1)");
                points.reached("about to commit");
                connection.commit();
            }
        }
    }

    static final class WaitForever {
        public static void main(String[] arguments) throws InterruptedException {
            System.out.println(System.getenv("GREETING") + ", ready");
            new CountDownLatch(1).await();
        }
    }
}
