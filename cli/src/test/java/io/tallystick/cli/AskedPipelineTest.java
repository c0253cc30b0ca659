package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A MariaDB that is only asked, from a file, into PostgreSQL. */
@Databases(Engine.POSTGRESQL)
class AskedPipelineTest {

    private static final Duration LONG = Duration.ofSeconds(120);

    private final TestDatabase shop;

    @TempDir
    private Path folder;

    AskedPipelineTest(TestDatabase shop) {
        this.shop = shop;
    }

    @Test
    void rows_come_change_pass_the_filter_and_go_with_nothing_but_select_at_the_source()
            throws IOException, SQLException {
        try (TestDatabase stock = TestDatabases.mariadb().start()) {
            stock.execute(
                    "CREATE TABLE item (id BIGINT PRIMARY KEY, name VARCHAR(20), active BOOLEAN NOT NULL,"
                            + " updated_at TIMESTAMP(6) NOT NULL DEFAULT NOW(6) ON UPDATE NOW(6))"
                            + " CHARACTER SET utf8mb4",
                    "INSERT INTO item (id, name, active) VALUES (1, '연필', true), (2, '지우개', true), (3, 'old', false)",
                    "CREATE USER reader IDENTIFIED BY 'r3ader'",
                    "GRANT SELECT ON " + stock.name() + ".item TO reader");
            shop.execute("CREATE TABLE item (id BIGINT PRIMARY KEY, name VARCHAR(20), shown BOOLEAN)");
            Path file = file(stock);
            Run check = Run.of("pipeline", "check", file.toString());
            assertThat(check.out()).contains("updated_at", "not the first column of an index", "CREATE INDEX");
            try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
                run.install();
                run.start();
                awaitItems(run, "1,연필", "2,지우개");
                stock.execute(
                        "UPDATE item SET name = '펜' WHERE id = 1",
                        "UPDATE item SET active = false WHERE id = 2",
                        "UPDATE item SET active = true WHERE id = 3",
                        "INSERT INTO item (id, name, active) VALUES (4, '자', true)");
                awaitItems(run, "1,펜", "3,old", "4,자");
                stock.execute("DELETE FROM item WHERE id IN (1, 4)");
                awaitItems(run, "3,old");
            }
        }
    }

    private Path file(TestDatabase stock) throws IOException {
        Path file = folder.resolve("asked.yaml");
        return Files.writeString(file, """
                pipeline: asked
                source:
                  type: query
                  url: "%s"
                  user: reader
                  password: r3ader
                  every: 50ms
                  compare_deletes: 100ms
                  memory: "%s"
                  tables:
                    - {name: %s.item, change_column: updated_at}
                targets:
                  shop: {url: "%s", user: "%s", password: "%s"}
                routes:
                  - from: %3$s.item
                    filter: "active == 1"
                    to:
                      - {target: shop, table: public.item, set: {id: id, name: name, shown: active}}
                settings: {first_pause: 20ms, longest_pause: 200ms}
                """.formatted(
                        stock.url(), folder.resolve("keys"), stock.name(), shop.url(), shop.user(), shop.password()));
    }

    private void awaitItems(PipelineRun run, String... expected) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(items()).as("%s", run.status()).containsExactly(expected));
    }

    private List<String> items() throws SQLException {
        List<String> items = new ArrayList<>();
        try (Connection connection = shop.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id, name FROM item ORDER BY id")) {
            while (rows.next()) {
                items.add(rows.getLong(1) + "," + rows.getString(2));
            }
        }
        return items;
    }
}
