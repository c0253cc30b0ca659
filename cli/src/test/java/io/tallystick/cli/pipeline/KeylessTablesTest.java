package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.replicator.PipelineStatus.State;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A table of the source that has no key: its log tells whole rows, and the target has a key to find them by. */
@ExtendWith(Servers.Extension.class)
class KeylessTablesTest {

    private final Servers servers;

    KeylessTablesTest(Servers servers) {
        this.servers = servers;
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, MARIADB", "MARIADB, POSTGRESQL", "MYSQL, POSTGRESQL"})
    void changes_of_a_table_without_a_key_arrive_and_why_it_is_not_copied_is_said(Engine from, Engine to)
            throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        source.execute("CREATE TABLE t (id INT NOT NULL, s VARCHAR(100))", "INSERT INTO t VALUES (1, 'before')");
        if (from == Engine.POSTGRESQL) {
            source.execute("ALTER TABLE t REPLICA IDENTITY FULL");
        }
        target.execute("CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(100))");
        String yaml = Pipe.mirror("keyless_" + from.name().toLowerCase(Locale.ROOT), source, target, "t");
        try (Pipe pipe = Pipe.start(yaml)) {
            Pipe.patiently()
                    .untilAsserted(() -> assertThat(pipe.status().reason())
                            .as(() -> "of " + pipe.status())
                            .contains("cannot be copied", "PRIMARY KEY"));
            pipe.awaitState(State.RUNNING);
            source.execute(
                    "INSERT INTO t VALUES (2, 'two'), (3, 'three'), (4, NULL)",
                    "UPDATE t SET s = 'changed' WHERE id = 2",
                    "UPDATE t SET id = 30 WHERE id = 3",
                    "DELETE FROM t WHERE id = 4",
                    "UPDATE t SET s = 'seen' WHERE id = 1",
                    "INSERT INTO t VALUES (99, 'end')");
            pipe.awaitValue(target, "SELECT s FROM t WHERE id = 99", "end");
            assertThat(Pipe.rows(target, "SELECT id, s FROM t ORDER BY id"))
                    .containsExactly("1|seen", "2|changed", "30|three", "99|end");
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }
}
