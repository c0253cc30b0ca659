package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table of MariaDB that keeps its own history: rows are carried as they are now, and each side keeps the history of its own table. */
@ExtendWith(Servers.Extension.class)
class VersionedTablesTest {

    private final Servers servers;

    VersionedTablesTest(Servers servers) {
        this.servers = servers;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id INT PRIMARY KEY, amount INT",
                "id INT PRIMARY KEY, amount INT, since TIMESTAMP(6) GENERATED ALWAYS AS ROW START,"
                        + " until TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (since, until)"
            })
    void rows_of_a_table_with_history_are_carried_as_they_are_now(String columns) throws SQLException {
        TestDatabase source = servers.database(Engine.MARIADB);
        TestDatabase target = servers.database(Engine.MARIADB);
        for (TestDatabase db : new TestDatabase[] {source, target}) {
            db.execute("CREATE TABLE price (" + columns + ") WITH SYSTEM VERSIONING");
        }
        source.execute(
                "INSERT INTO price (id, amount) VALUES (1, 10), (2, 20)", "UPDATE price SET amount = 11 WHERE id = 1");
        try (Pipe pipe = Pipe.start(Pipe.mirror("versioned", source, target, "price"))) {
            pipe.awaitRows(
                    target,
                    "SELECT id, amount FROM price ORDER BY id",
                    rows -> assertThat(rows).containsExactly("1|11", "2|20"));
            source.execute(
                    "UPDATE price SET amount = 12 WHERE id = 1",
                    "DELETE FROM price WHERE id = 2",
                    "INSERT INTO price (id, amount) VALUES (3, 30)",
                    "UPDATE price SET id = 4 WHERE id = 3",
                    "INSERT INTO price (id, amount) VALUES (99, 0)");
            pipe.awaitValue(target, "SELECT amount FROM price WHERE id = 99", "0");
            assertThat(Pipe.rows(target, "SELECT id, amount FROM price ORDER BY id"))
                    .containsExactly("1|12", "4|30", "99|0");
            assertThat(Pipe.rows(target, "SELECT amount FROM price FOR SYSTEM_TIME ALL WHERE id = 1 ORDER BY amount"))
                    .as("the target's own history")
                    .contains("11", "12");
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }
}
