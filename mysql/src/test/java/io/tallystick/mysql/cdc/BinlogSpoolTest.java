package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.replicator.MirrorMapping;
import io.tallystick.cdc.replicator.Pipeline;
import io.tallystick.cdc.replicator.PipelineSettings;
import io.tallystick.cdc.replicator.ReplicatedTarget;
import io.tallystick.cdc.spool.DiskSpool;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of MariaDB, whose positions are lists, wait on disk for a target that is away. */
@Databases(value = Engine.MARIADB, ownServer = true)
class BinlogSpoolTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final String TABLE =
            "CREATE TABLE ledger (id BIGINT UNSIGNED PRIMARY KEY, amount DECIMAL(12,2), note TEXT,"
                    + " at DATETIME(6), kind ENUM('a','b'), flags SET('x','y'), raw VARBINARY(20))";

    @TempDir
    private Path folder;

    @Test
    void a_target_that_was_away_gets_everything_although_the_log_was_purged_and_the_pipeline_restarted(TestDatabase db)
            throws SQLException {
        db.execute(TABLE);
        try (TestDatabase fast = copy(db);
                TestDatabase slow = copy(db)) {
            BinlogScene scene = BinlogScene.of(db, "ledger");
            String last;
            FaultyDataSource shaky = FaultyDataSource.around(slow.dataSource());
            try (PieceSpool spool = spool(scene.source, db);
                    Pipeline pipeline = started(scene.source, db, fast, slow, shaky, spool)) {
                awaitEqual(db, slow);
                work(db, 1);
                awaitEqual(db, slow);
                shaky.failAll(call -> true, JdbcFault.lostRequest());
                work(db, 2);
                awaitEqual(db, fast);
                await().atMost(LONG)
                        .until(() -> pipeline.status().spool().targets().equals(List.of("slow")));
                last = newLog(db);
                work(db, 3);
                awaitEqual(db, fast);
            }
            work(db, 4);
            db.execute("PURGE BINARY LOGS TO '" + last + "'");
            try (PieceSpool spool = spool(scene.source, db);
                    Pipeline pipeline = started(scene.source, db, fast, slow, shaky, spool)) {
                awaitEqual(db, fast);
                shaky.heal();
                awaitEqual(db, slow);
                await().atMost(LONG).until(() -> pipeline.status().spool().bytes() == 0);
            }
        }
    }

    @Test
    void every_form_of_a_type_reads_back_as_the_same() throws IOException {
        for (ColumnForm form : ColumnForm.values()) {
            MySqlType type = new MySqlType(form, 65_535, 6, true, "utf8mb4", List.of("a", "글'"));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new MySqlColumnTypes().write(type, new DataOutputStream(bytes));
            assertThat(new MySqlColumnTypes().read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))))
                    .isEqualTo(type);
        }
    }

    private static TestDatabase copy(TestDatabase db) {
        TestDatabase copy = db.createDatabase();
        copy.execute(TABLE);
        Schema.of(Jdbc.on(copy.dataSource())).install("cdc");
        return copy;
    }

    private PieceSpool spool(BinlogChangeSource source, TestDatabase db) {
        return DiskSpool.open(
                SpoolSettings.in(folder).withPatience(Duration.ofMillis(300)),
                "ledger",
                Set.of(new TableName(db.name(), "ledger")),
                source.types());
    }

    private static Pipeline started(
            BinlogChangeSource source,
            TestDatabase db,
            TestDatabase fast,
            TestDatabase slow,
            DataSource shaky,
            PieceSpool spool)
            throws SQLException {
        TableName from = new TableName(db.name(), "ledger");
        Pipeline pipeline = Pipeline.of(
                "ledger",
                source,
                Set.of(from),
                List.of(target("fast", from, fast, fast.dataSource()), target("slow", from, slow, shaky)),
                PipelineSettings.standard()
                        .withQueueBytes(1 << 16)
                        .withProgressEvery(Duration.ofMillis(200))
                        .withPauses(Duration.ofMillis(20), Duration.ofMillis(200)),
                spool);
        pipeline.start();
        return pipeline;
    }

    private static ReplicatedTarget target(String name, TableName from, TestDatabase copy, DataSource into)
            throws SQLException {
        try (Connection connection = copy.connect()) {
            TargetTable table = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(new TableName(copy.name(), "ledger"))))
                    .get(0);
            return new ReplicatedTarget(
                    name,
                    into,
                    Dialect.of(connection),
                    new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard()),
                    new MirrorMapping(Map.of(from, table)));
        }
    }

    private static void work(TestDatabase db, int seed) {
        for (int round = 0; round < 10; round++) {
            int first = seed * 10_000 + round * 100;
            db.execute(
                    "INSERT INTO ledger SELECT seq, seq / 4, REPEAT('글', 20), '2024-01-01 01:02:03.000004', 'b', 'y,x',"
                            + " x'00ff00' FROM seq_" + first + "_to_" + (first + 99),
                    "UPDATE ledger SET amount = -amount, note = NULL WHERE id % 5 = " + round % 5,
                    "DELETE FROM ledger WHERE id % 11 = " + round);
        }
    }

    /** Begins a new file of the log; its name. */
    private static String newLog(TestDatabase db) throws SQLException {
        db.execute("FLUSH BINARY LOGS");
        try (Connection connection = db.connect()) {
            return SourceSql.rows(connection, "SHOW MASTER STATUS").get(0).get(0);
        }
    }

    private static void awaitEqual(TestDatabase db, TestDatabase copy) {
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(rows(copy)).isEqualTo(rows(db)));
    }

    private static List<String> rows(TestDatabase db) throws SQLException {
        try (Connection connection = db.connect()) {
            return SourceSql.rows(connection, "SELECT * FROM " + db.name() + ".ledger ORDER BY id").stream()
                    .map(Object::toString)
                    .toList();
        }
    }
}
