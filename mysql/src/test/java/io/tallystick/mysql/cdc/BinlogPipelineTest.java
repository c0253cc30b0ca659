package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.replicator.MirrorMapping;
import io.tallystick.cdc.replicator.Pipeline;
import io.tallystick.cdc.replicator.PipelineSettings;
import io.tallystick.cdc.replicator.ReplicatedTarget;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The log of a server that is killed in between, through a whole pipeline into another database. */
@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class BinlogPipelineTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final String TABLE =
            "CREATE TABLE ledger (id BIGINT UNSIGNED PRIMARY KEY, amount DECIMAL(12,2), note TEXT, at DATETIME(6),"
                    + " kind ENUM('a','b'), flags SET('x','y'), raw VARBINARY(20), span TIME(3))";

    @Test
    void a_copy_is_equal_after_the_server_was_killed_in_the_middle(TestDatabase db) throws SQLException {
        db.execute(TABLE);
        try (TestDatabase copy = db.createDatabase()) {
            copy.execute(TABLE);
            Schema.of(Jdbc.on(copy.dataSource())).install("cdc");
            TableName from = new TableName(db.name(), "ledger");
            BinlogScene scene = BinlogScene.of(db, "ledger");
            try (Pipeline pipeline = pipeline(scene.source, from, copy)) {
                pipeline.start();
                await().atMost(LONG)
                        .until(() -> pipeline.status().targets().get(0).position() != null);
                work(db, 1, 60);
                BinlogXaTest.prepare(db, "'over'", "REPLACE INTO ledger (id, note) VALUES (1000, 'prepared')");
                db.kill();
                db.restart();
                work(db, 2, 60);
                db.execute("XA COMMIT 'over'");
                work(db, 3, 20);
                await().atMost(LONG)
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(rows(copy)).isEqualTo(rows(db)));
            }
            assertThat(rows(copy)).isNotEmpty().anyMatch(row -> row.contains("prepared"));
        }
    }

    private static Pipeline pipeline(BinlogChangeSource source, TableName from, TestDatabase copy) throws SQLException {
        try (Connection connection = copy.connect()) {
            TableName to = new TableName(copy.name(), "ledger");
            TargetTable table = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(to)))
                    .get(0);
            ReplicatedTarget target = new ReplicatedTarget(
                    "copy",
                    copy.dataSource(),
                    Dialect.of(connection),
                    new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard()),
                    new MirrorMapping(Map.of(from, table)));
            PipelineSettings settings =
                    PipelineSettings.standard().withPauses(Duration.ofMillis(20), Duration.ofMillis(200));
            return Pipeline.of("ledger", source, Set.of(from), List.of(target), settings);
        }
    }

    private static void work(TestDatabase db, int seed, int transactions) throws SQLException {
        Random random = new Random(seed);
        for (int i = 0; i < transactions; i++) {
            int id = random.nextInt(40);
            BinlogStreamTest.transaction(
                    db,
                    "REPLACE INTO ledger VALUES (" + id + ", " + random.nextInt(100)
                            + ".25, REPEAT('글', 5), '2024-01-01 01:02:03.000004',"
                            + " 'b', 'y,x', x'00ff00', '-100:00:00.5')",
                    "UPDATE ledger SET amount = -amount, note = NULL WHERE id = " + random.nextInt(40),
                    "UPDATE IGNORE ledger SET id = id + 40 WHERE id = " + random.nextInt(40),
                    "DELETE FROM ledger WHERE id = " + random.nextInt(80));
        }
    }

    private static List<String> rows(TestDatabase db) throws SQLException {
        try (Connection connection = db.connect()) {
            return SourceSql.rows(connection, "SELECT * FROM " + db.name() + ".ledger ORDER BY id").stream()
                    .map(Object::toString)
                    .toList();
        }
    }
}
