package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** No time limit of the server ends a COPY whose client has frozen: a person does, with the statement that docs/operations.md gives. */
@Databases(Engine.POSTGRESQL)
class FrozenCopyTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String OF_FROZEN = " FROM pg_stat_activity WHERE application_name = 'tally-pipeline' AND"
            + " state = 'active' AND wait_event = 'ClientRead' AND query_start < now() - interval '0 minutes'"
            + " AND datname = current_database()";

    private final TestDatabase db;

    FrozenCopyTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void a_copy_whose_client_has_frozen_is_found_and_ended_and_leaves_nothing() throws SQLException {
        db.execute("CREATE TABLE item (id bigint PRIMARY KEY)");
        try (Connection frozen = open("tally-pipeline");
                Connection person = open("psql")) {
            frozen.setAutoCommit(false);
            CopyIn copy = frozen.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY item FROM STDIN");
            byte[] rows = "1\n2\n".getBytes(StandardCharsets.UTF_8);
            copy.writeToCopy(rows, 0, rows.length);
            copy.flushCopy();
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

    private Connection open(String applicationName) throws SQLException {
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
