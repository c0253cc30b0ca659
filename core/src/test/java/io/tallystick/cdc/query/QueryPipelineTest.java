package io.tallystick.cdc.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.query.QuerySettings.Deletes;
import io.tallystick.cdc.query.QuerySettings.Watched;
import io.tallystick.cdc.replicator.MirrorMapping;
import io.tallystick.cdc.replicator.Pipeline;
import io.tallystick.cdc.replicator.PipelineSettings;
import io.tallystick.cdc.replicator.ReplicatedTarget;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table that is only asked, copied and kept equal through a whole pipeline whose targets lose answers and which is restarted. */
@Databases
class QueryPipelineTest {

    private static final Duration LONG = Duration.ofSeconds(120);

    private final TestDatabase db;
    private final TableName ledger;

    @TempDir
    Path memory;

    QueryPipelineTest(TestDatabase db) {
        this.db = db;
        this.ledger = name(db, "ledger");
    }

    private static TableName name(TestDatabase db, String table) {
        return new TableName(db.engine() == Engine.POSTGRESQL ? "public" : db.name(), table);
    }

    @Test
    void two_targets_end_equal_to_a_source_that_goes_on_changing_although_answers_are_lost_and_the_runner_dies()
            throws SQLException {
        create(db);
        work(1, 120);
        try (TestDatabase first = db.createDatabase();
                TestDatabase second = db.createDatabase()) {
            prepare(first);
            prepare(second);
            SplittableRandom chance = new SplittableRandom(5);
            FaultyDataSource shaky = FaultyDataSource.around(second.dataSource());
            shaky.failAll(call -> chance.nextInt(200) == 0, JdbcFault.lostReply());
            for (int life = 2; life < 4; life++) {
                try (QueryChangeSource source = source();
                        Pipeline pipeline =
                                pipeline(source, target("a", first, first.dataSource()), target("b", second, shaky))) {
                    pipeline.start();
                    work(life, 120);
                    await().atMost(LONG)
                            .untilAsserted(() -> assertThat(rows(first)).isEqualTo(rows(db)));
                }
                work(life + 10, 50);
            }
            try (QueryChangeSource source = source();
                    Pipeline pipeline = pipeline(
                            source, target("a", first, first.dataSource()), target("b", second, second.dataSource()))) {
                pipeline.start();
                await().atMost(LONG).untilAsserted(() -> {
                    assertThat(rows(first)).isEqualTo(rows(db));
                    assertThat(rows(second)).isEqualTo(rows(db));
                });
            }
            assertThat(rows(second)).isNotEmpty();
        }
    }

    @Test
    void the_memory_of_keys_is_let_go_while_nothing_is_read() throws SQLException {
        create(db);
        try (QueryChangeSource first = source();
                QueryChangeSource second = source()) {
            first.establish(Set.of(ledger));
            assertThatThrownBy(() -> second.establish(Set.of(ledger))).isInstanceOf(UnavailableException.class);
            first.rest();
            second.establish(Set.of(ledger));
            assertThatThrownBy(() -> first.establish(Set.of(ledger))).isInstanceOf(UnavailableException.class);
        }
    }

    @Test
    void rows_that_point_to_others_come_after_them_and_go_before_them() throws SQLException {
        family(db);
        try (TestDatabase copy = db.createDatabase();
                QueryChangeSource source =
                        source(Watched.of(name(db, "parent"), "changed"), Watched.of(name(db, "child"), "changed"))) {
            family(copy);
            Schema.of(Jdbc.on(copy.dataSource())).install("cdc");
            try (Pipeline pipeline = pipeline(source, target("copy", copy, copy.dataSource(), "parent", "child"))) {
                pipeline.start();
                await().atMost(LONG)
                        .until(() -> pipeline.status().targets().get(0).position() != null);
                // more parents than one visit reads
                String now = db.engine() == Engine.POSTGRESQL ? "clock_timestamp()" : "NOW(6)";
                db.execute(
                        "INSERT INTO parent VALUES " + values(10_050, now),
                        "INSERT INTO child SELECT id, id, " + now + " FROM parent WHERE id > 9990");
                await().atMost(LONG).untilAsserted(() -> assertThat(count(copy)).isEqualTo(10_110));
                db.execute("DELETE FROM child", "DELETE FROM parent WHERE id > 9900");
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(count(copy))
                                .as("%s", pipeline.status())
                                .isEqualTo(9_900));
                assertThat(pipeline.status().targets().get(0).counts().quarantined())
                        .as("nothing was refused")
                        .isZero();
            }
        }
    }

    private static void family(TestDatabase db) {
        String time = db.engine() == Engine.POSTGRESQL ? "timestamptz" : "timestamp(6)";
        db.execute(
                "CREATE TABLE parent (id BIGINT PRIMARY KEY, changed " + time + " NOT NULL)",
                "CREATE TABLE child (id BIGINT PRIMARY KEY, parent BIGINT NOT NULL, changed " + time
                        + " NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id))");
    }

    private static String values(int rows, String now) {
        return IntStream.rangeClosed(1, rows)
                .mapToObj(id -> "(" + id + ", " + now + ")")
                .collect(Collectors.joining(", "));
    }

    private static long count(TestDatabase db) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT (SELECT COUNT(*) FROM parent) + (SELECT COUNT(*) FROM child)")) {
            found.next();
            return found.getLong(1);
        }
    }

    private QueryChangeSource source() {
        return source(Watched.of(ledger, "changed"));
    }

    private QueryChangeSource source(Watched... tables) {
        QuerySettings settings = QuerySettings.of(List.of(tables))
                .withEvery(Duration.ofMillis(20))
                .withDeletes(new Deletes(Duration.ofMillis(50), memory));
        return QueryChangeSource.of(QueryPools.of(db), "the ledger", settings);
    }

    private static void create(TestDatabase db) {
        String time = db.engine() == Engine.POSTGRESQL ? "timestamptz" : "timestamp(6)";
        db.execute(
                "DROP TABLE IF EXISTS ledger",
                "CREATE TABLE ledger (id BIGINT PRIMARY KEY, amount DECIMAL(12,2), note TEXT, changed " + time
                        + " NOT NULL)",
                "CREATE INDEX ledger_changed ON ledger (changed, id)");
    }

    private static void prepare(TestDatabase copy) {
        create(copy);
        Schema.of(Jdbc.on(copy.dataSource())).install("cdc");
    }

    private ReplicatedTarget target(String name, TestDatabase copy, DataSource dataSource) throws SQLException {
        return target(name, copy, dataSource, "ledger");
    }

    private ReplicatedTarget target(String name, TestDatabase copy, DataSource dataSource, String... tables)
            throws SQLException {
        try (Connection connection = copy.connect()) {
            Map<TableName, TargetTable> routes = new HashMap<>();
            for (String table : tables) {
                routes.put(
                        name(db, table),
                        TargetCatalog.of(connection)
                                .read(List.of(TargetCatalog.Wanted.all(name(copy, table))))
                                .get(0));
            }
            return new ReplicatedTarget(
                    name,
                    dataSource,
                    Dialect.of(connection),
                    new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard()),
                    new MirrorMapping(routes));
        }
    }

    private Pipeline pipeline(QueryChangeSource source, ReplicatedTarget... targets) {
        Set<TableName> tables =
                targets[0].name().equals("copy") ? Set.of(name(db, "parent"), name(db, "child")) : Set.of(ledger);
        return Pipeline.of(
                "asked",
                source,
                tables,
                List.of(targets),
                PipelineSettings.standard().withPauses(Duration.ofMillis(5), Duration.ofMillis(50)));
    }

    private void work(int seed, int changes) throws SQLException {
        SplittableRandom random = new SplittableRandom(seed);
        String now = db.engine() == Engine.POSTGRESQL ? "clock_timestamp()" : "NOW(6)";
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < changes; i++) {
                int id = random.nextInt(80);
                statement.execute("DELETE FROM ledger WHERE id = " + id);
                if (random.nextInt(4) > 0) {
                    statement.execute("INSERT INTO ledger VALUES (" + id + ", " + random.nextInt(100) + ".25, '글 " + i
                            + "', " + now + ")");
                }
                statement.execute("UPDATE ledger SET amount = -amount, note = NULL, changed = " + now + " WHERE id = "
                        + random.nextInt(80));
            }
        }
    }

    private static List<String> rows(TestDatabase db) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT * FROM ledger ORDER BY id")) {
            while (found.next()) {
                rows.add(found.getLong(1) + "," + found.getString(2) + "," + found.getString(3) + ","
                        + found.getString(4));
            }
        }
        return rows;
    }
}
