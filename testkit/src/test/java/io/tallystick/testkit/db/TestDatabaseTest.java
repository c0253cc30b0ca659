package io.tallystick.testkit.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.Background;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real servers; each test starts its own because each one ends it. */
class TestDatabaseTest {
    @ParameterizedTest
    @EnumSource
    void committed_rows_survive_kill_9_and_the_server_returns_on_the_same_port(Engine engine) throws SQLException {
        try (TestDatabase db = TestDatabases.of(engine).start()) {
            String url = db.url();
            db.execute("CREATE TABLE account (id bigint PRIMARY KEY)", "INSERT INTO account VALUES (7)");

            db.kill();
            assertThat(db.isRunning()).isFalse();
            assertThatThrownBy(db::connect).isInstanceOf(SQLException.class);
            db.restart();

            assertThat(db.url()).isEqualTo(url);
            assertThat(single(db, "SELECT id FROM account")).isEqualTo("7");
        }
    }

    @Test
    void a_killed_server_returns_although_another_process_has_its_number_by_now() throws Exception {
        Process other = new ProcessBuilder("sleep", "600").start();
        try (TestDatabase db = TestDatabases.of(Engine.POSTGRESQL).start()) {
            Path owner = db.dataDirectory().resolve("postmaster.pid");
            String first = Files.readAllLines(owner).get(0);
            db.kill();
            Files.writeString(owner, Files.readString(owner).replaceFirst(first, Long.toString(other.pid())));

            db.restart();

            assertThat(single(db, "SELECT 1")).isEqualTo("1");
        } finally {
            other.destroyForcibly();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_new_database_on_the_same_server_is_empty_and_dropped_on_close(Engine engine) throws SQLException {
        try (TestDatabase db = TestDatabases.of(engine).start()) {
            db.execute("CREATE TABLE t (id int PRIMARY KEY)");
            try (TestDatabase other = db.createDatabase("other")) {
                other.execute("CREATE TABLE t (id int PRIMARY KEY)");
                assertThat(other.port()).isEqualTo(db.port());
                assertThat(other.url()).endsWith("/other");
            }
            assertThatThrownBy(() -> db.execute("DROP DATABASE other")).isInstanceOf(TestDatabaseException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_paused_server_answers_nothing_until_it_is_resumed(Engine engine) throws Exception {
        try (TestDatabase db = TestDatabases.of(engine).start();
                Connection connection = db.connect()) {
            db.pause();
            CompletableFuture<String> answer = Background.supply(() -> single(connection, "SELECT 42"));
            assertThatThrownBy(() -> answer.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            db.resume();
            assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo("42");
        }
    }

    @ParameterizedTest
    @EnumSource
    void closing_ends_the_process_and_deletes_the_data(Engine engine) {
        Path data;
        long pid;
        try (TestDatabase db = TestDatabases.of(engine).start()) {
            data = db.dataDirectory();
            pid = db.pid();
            assertThat(data).isDirectory();
        }
        assertThat(data.getParent()).doesNotExist();
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(Files.exists(data)).isFalse();
    }

    private static String single(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect()) {
            return single(connection, sql);
        }
    }

    private static String single(Connection connection, String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
