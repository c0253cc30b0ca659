package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * No time limit of the server ends a COPY whose client has frozen: the runner that takes over does, and where none holds a lease, a
 * person with the statement that docs/operations.md gives.
 */
@Databases(Engine.POSTGRESQL)
class FrozenCopyTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final String OF_FROZEN = " FROM pg_stat_activity WHERE application_name LIKE 'tally-pipeline/%' AND"
            + " state = 'active' AND wait_event = 'ClientRead' AND query_start < now() - interval '0 minutes'"
            + " AND datname = current_database()";

    private final TestDatabase db;

    FrozenCopyTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void a_copy_whose_client_has_frozen_is_found_and_ended_and_leaves_nothing() throws SQLException {
        db.execute("DROP TABLE IF EXISTS item", "CREATE TABLE item (id bigint PRIMARY KEY)");
        try (Connection frozen = open(db, "tally-pipeline/0123456789abcdef/7");
                Connection person = open(db, "psql")) {
            frozen.setAutoCommit(false);
            CopyIn copy = begunCopy(frozen, "item");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(answers(person, "SELECT pid" + OF_FROZEN))
                            .hasSize(1));
            assertThatThrownBy(() -> answers(person, "BEGIN; LOCK TABLE item NOWAIT"))
                    .hasMessageContaining("could not obtain lock");

            assertThat(answers(person, "SELECT pg_terminate_backend(pid)" + OF_FROZEN))
                    .containsExactly("t");

            await().atMost(LONG)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(
                                    answers(person, "BEGIN; LOCK TABLE item NOWAIT; COMMIT; SELECT count(*) FROM item"))
                            .containsExactly("0"));
            assertThatThrownBy(copy::endCopy).isInstanceOf(SQLException.class);
            frozen.abort(Runnable::run);
        }
    }

    @Test
    void a_runner_that_has_frozen_in_a_copy_is_ended_by_its_heir_and_nobody_else_is(@TempDir Path folder)
            throws SQLException, IOException {
        db.execute("DROP TABLE IF EXISTS item", "CREATE TABLE item (id bigint PRIMARY KEY)");
        try (TestDatabase target = db.createDatabase()) {
            target.execute("CREATE TABLE item (id bigint PRIMARY KEY)", "CREATE TABLE other (id bigint PRIMARY KEY)");
            Path file = file(folder, target);
            String tag = tagOfARunner(file, target);
            try (Connection frozen = open(target, tag);
                    Connection stranger = open(target, "tally-pipeline")) {
                frozen.setAutoCommit(false);
                stranger.setAutoCommit(false);
                CopyIn frozens = begunCopy(frozen, "item");
                CopyIn strangers = begunCopy(stranger, "other");
                db.execute("INSERT INTO item VALUES (1), (2), (3)");

                try (PipelineRun heir = PipelineRun.start(file)) {
                    await().atMost(LONG)
                            .ignoreExceptions()
                            .untilAsserted(() -> assertThat(all(target, "SELECT id FROM item ORDER BY id"))
                                    .containsExactly("1", "2", "3"));
                }
                assertThatThrownBy(frozens::endCopy).isInstanceOf(SQLException.class);
                assertThat(strangers.endCopy()).isEqualTo(2);
                stranger.commit();
                frozen.abort(Runnable::run);
            }
            try (PipelineRun over = PipelineRun.of(PipelineFile.read(file))) {
                over.drop();
            }
        }
    }

    /** By what its server knows a runner of this pipeline; it has ended when this returns. */
    private static String tagOfARunner(Path file, TestDatabase target) {
        List<String> tags = new ArrayList<>();
        try (PipelineRun first = PipelineRun.of(PipelineFile.read(file))) {
            first.install();
            first.start();
            await().atMost(LONG)
                    .ignoreExceptions()
                    .until(() -> tags.addAll(all(
                            target,
                            "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'tally-pipeline/%' AND"
                                    + " datname = current_database()")));
        }
        return tags.get(0);
    }

    private Path file(Path folder, TestDatabase target) throws IOException {
        return Files.writeString(folder.resolve("frozen.yaml"), """
                pipeline: frozen
                source: {%s, tables: [public.item]}
                targets: {copy: {%s}}
                routes:
                  - from: public.item
                    to: [{target: copy, table: public.item}]
                settings: {first_pause: 20ms, longest_pause: 200ms, lease: 1s}
                """.formatted(place(db), place(target)));
    }

    private static String place(TestDatabase db) {
        return "url: \"%s\", user: %s, password: %s".formatted(db.url(), db.user(), db.password());
    }

    private static CopyIn begunCopy(Connection connection, String table) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + table + " FROM STDIN");
        byte[] rows = "1\n2\n".getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(rows, 0, rows.length);
        copy.flushCopy();
        return copy;
    }

    private static List<String> all(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect()) {
            return answers(connection, sql);
        }
    }

    private static Connection open(TestDatabase db, String applicationName) throws SQLException {
        String url = db.url() + (db.url().contains("?") ? "&" : "?") + "ApplicationName=" + applicationName;
        return DriverManager.getConnection(url, db.user(), db.password());
    }

    /** What the last of these statements answers. */
    private static List<String> answers(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            List<String> found = new ArrayList<>();
            while (rows || statement.getUpdateCount() != -1) {
                found.clear();
                if (rows) {
                    try (ResultSet answer = statement.getResultSet()) {
                        while (answer.next()) {
                            found.add(answer.getString(1));
                        }
                    }
                }
                rows = statement.getMoreResults();
            }
            return found;
        } catch (SQLException e) {
            connection.createStatement().execute("ROLLBACK");
            throw e;
        }
    }
}
