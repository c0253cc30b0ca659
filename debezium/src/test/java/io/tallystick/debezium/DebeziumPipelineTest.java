package io.tallystick.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.Pipeline;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
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
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A database that Debezium reads, through a whole pipeline to a PostgreSQL target. */
@Databases(Engine.POSTGRESQL)
class DebeziumPipelineTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private static final Set<TableName> LEDGER = Set.of(new TableName("public", "ledger"));

    private final TestDatabase db;

    DebeziumPipelineTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void a_copy_and_the_changes_made_during_it_end_as_the_source_is() throws SQLException {
        create(db);
        db.execute("INSERT INTO ledger SELECT n, 'start', n FROM generate_series(1, 3000) n");
        PostgresByDebezium connector = new PostgresByDebezium(db, "copied");
        try (TestDatabase copy = target();
                DebeziumChangeSource source = DebeziumChangeSource.of(connector);
                Pipeline pipeline = DebeziumPipelines.of(source, copy.dataSource(), LEDGER)) {
            pipeline.start();
            SplittableRandom random = new SplittableRandom(7);
            for (int i = 0; i < 200; i++) {
                int id = random.nextInt(1, 3_100);
                db.execute("BEGIN; DELETE FROM ledger WHERE id = " + id + "; UPDATE ledger SET id = " + id
                        + ", note = 'moved " + i + "' WHERE id = " + (id + 1) + "; INSERT INTO ledger VALUES ("
                        + (10_000 + i)
                        + ", NULL, " + i + "); COMMIT");
            }
            await().atMost(LONG).untilAsserted(() -> {
                assertThat(rows(copy)).as("%s", pipeline.status()).isEqualTo(rows(db));
            });
        } finally {
            connector.release();
        }
    }

    @Test
    void a_killed_replicator_goes_on_where_the_target_stands_and_every_transaction_arrives_whole_and_once()
            throws Exception {
        create(db);
        db.execute("INSERT INTO ledger SELECT n, 'account', 100 FROM generate_series(1, 10) n");
        String slot = "killed";
        try (TestDatabase copy = target()) {
            try (ChildJvm replicator = CrashRunner.of(
                            DebeziumReplicatorMain.class,
                            db.host(),
                            Integer.toString(db.port()),
                            db.name(),
                            db.user(),
                            db.password(),
                            slot,
                            copy.url())
                    .start()) {
                transfer(1_000, 1_200);
                await().atMost(LONG).untilAsserted(() -> {
                    assertThat(sum(copy)).as("no half of a transfer").isIn(0L, 1_000L);
                    assertThat(rows(copy)).as("%s", replicator.output()).contains("(1020,line,0.00)");
                });
                replicator.kill();
                transfer(1_200, 1_300);
            }
            assertThat(rows(copy)).isNotEqualTo(rows(db));
            try (DebeziumChangeSource source = DebeziumChangeSource.of(new PostgresByDebezium(db, slot));
                    Pipeline pipeline = DebeziumPipelines.of(source, copy.dataSource(), LEDGER)) {
                pipeline.start();
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(rows(copy))
                                .as("%s", pipeline.status())
                                .isEqualTo(rows(db)));
                assertThat(pipeline.status().targets().get(0).counts().quarantined())
                        .isZero();
            }
        } finally {
            new PostgresByDebezium(db, slot).release();
        }
    }

    /** Each moves money between two accounts and writes a line. */
    private void transfer(int from, int to) throws SQLException {
        SplittableRandom random = new SplittableRandom(from);
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int line = from; line < to; line++) {
                int giver = random.nextInt(1, 6);
                int taker = random.nextInt(6, 11);
                statement.execute("UPDATE ledger SET amount = amount - 1 WHERE id = " + giver);
                statement.execute("UPDATE ledger SET amount = amount + 1 WHERE id = " + taker);
                statement.execute("INSERT INTO ledger VALUES (" + line + ", 'line', 0)");
                connection.commit();
            }
        }
    }

    private static long sum(TestDatabase db) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT coalesce(sum(amount), 0) FROM ledger")) {
            found.next();
            return found.getLong(1);
        }
    }

    @Test
    void values_of_all_types_are_the_same_whether_they_were_copied_or_read_from_the_log() throws SQLException {
        List<String> columns = List.of(
                "id bigint PRIMARY KEY",
                "a smallint",
                "b integer",
                "c numeric(20,5)",
                "d numeric",
                "e real",
                "f double precision",
                "g boolean",
                "h text",
                "i varchar(20)",
                "j char(5)",
                "k bytea",
                "l date",
                "m time(6)",
                "n timestamp(3)",
                "o timestamp(6)",
                "p timestamptz",
                "q interval",
                "r uuid",
                "s json",
                "t jsonb");
        String values = "-32768, 2147483647, 123456789012345.12345, 1e30, 1.5, 0.1, true, '한글 ''quote''', 'v', 'ab',"
                + " '\\x00ff10', '0001-02-03', '23:59:59.999999', '2024-02-29 01:02:03.123', '1600-01-01 00:00:00.000001',"
                + " '2024-07-01 12:00:00.654321+09', '1 year 2 mons 3 days 04:05:06.7', '123e4567-e89b-12d3-a456-426614174000',"
                + " '{\"b\":1, \"a\":[null]}', '{\"b\": 1}'";
        String nulls = "NULL" + ", NULL".repeat(columns.size() - 2);
        String create = "CREATE TABLE ledger (" + String.join(", ", columns) + ")";
        db.execute("DROP TABLE IF EXISTS ledger", create);
        db.execute("INSERT INTO ledger VALUES (1, " + values + "), (2, " + nulls + ")");
        PostgresByDebezium connector = new PostgresByDebezium(db, "typed");
        try (TestDatabase copy = target()) {
            copy.execute("DROP TABLE ledger", create);
            try (DebeziumChangeSource source = DebeziumChangeSource.of(connector);
                    Pipeline pipeline = DebeziumPipelines.of(source, copy.dataSource(), LEDGER)) {
                pipeline.start();
                await().atMost(LONG).untilAsserted(() -> assertThat(rows(copy)).hasSize(2));
                db.execute("INSERT INTO ledger VALUES (3, " + values + "), (4, " + nulls + ")");
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(rows(copy))
                                .as("%s", pipeline.status())
                                .isEqualTo(rows(db)));
            }
        } finally {
            connector.release();
        }
    }

    private TestDatabase target() {
        TestDatabase copy = db.createDatabase();
        create(copy);
        Schema.of(Jdbc.on(copy.dataSource())).install("cdc");
        return copy;
    }

    private static void create(TestDatabase db) {
        db.execute(
                "DROP TABLE IF EXISTS ledger",
                "CREATE TABLE ledger (id bigint PRIMARY KEY, note text, amount numeric(12,2))");
    }

    private static List<String> rows(TestDatabase db) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT ledger::text FROM ledger ORDER BY id")) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }
}
