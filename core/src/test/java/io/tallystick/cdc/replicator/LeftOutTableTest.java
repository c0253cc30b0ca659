package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.Change;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A table goes away and comes back with the rows that it had then, while connections are cut and the pipeline is begun anew. */
@Databases
class LeftOutTableTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final PipelineSettings SETTINGS =
            PipelineSettings.standard().withGroupChanges(20).withPauses(Duration.ofMillis(2), Duration.ofMillis(50));

    /** In six of them everything comes twice. */
    private static final int ROUNDS = Boolean.getBoolean("tally.soak") ? 24 : 6;

    private final TestDatabase db;
    private final Jdbc jdbc;
    private final SourceTable source;
    private final RecordedSource log = new RecordedSource(16);
    private final SplittableRandom random = new SplittableRandom(5);
    private final Map<Long, Long> model = new TreeMap<>();
    private final String schema;

    LeftOutTableTest(TestDatabase db) {
        this.db = db;
        this.jdbc = Jdbc.on(db.dataSource());
        this.schema = db.engine() == Engine.POSTGRESQL ? "public" : db.name();
        this.source = Texts.table(new TableName(schema, "source"), "n_id", "n_amount");
        Schema.of(jdbc).install("cdc");
        db.execute("DROP TABLE IF EXISTS one, two, away");
        for (String table : List.of("tally_position", "tally_quarantine", "tally_load", "tally_pause")) {
            db.execute("DELETE FROM " + table);
        }
        db.execute(table("one"), table("two"));
    }

    private static String table(String name) {
        return "CREATE TABLE " + name + " (n_id BIGINT PRIMARY KEY, n_amount BIGINT NOT NULL)";
    }

    @Test
    void whatever_fails_between_the_pause_and_the_end_of_the_copy_the_table_is_whole_in_the_end() throws SQLException {
        commit(60);
        log.copyable(source, 3);
        log.cutAfter(61);
        SplittableRandom chance = new SplittableRandom(11);
        FaultyDataSource shaky = FaultyDataSource.around(db.dataSource());
        Pipeline pipeline = start(shaky);
        try {
            awaitWhole("one");
            for (int round = 0; round < ROUNDS; round++) {
                shaky.failAll(call -> chance.nextInt(45) == 0, JdbcFault.lostReply());
                db.execute("ALTER TABLE one RENAME TO away");
                commit(20);
                await().atMost(LONG).until(() -> count("tally_pause WHERE copied_after IS NULL") == 1);
                commit(20);
                if (round % 2 == 1) {
                    pipeline.close();
                    commit(10);
                    pipeline = start(shaky);
                }
                if (round % 4 > 1) {
                    // what it reads for its own sake was begun before the first target takes the table up
                    PipelineDesk.at(jdbc, "test", "second").resync(Set.of(source.name()));
                }
                db.execute("ALTER TABLE away RENAME TO one");
                commit(20);
                if (round % 3 == 2) {
                    pipeline.close();
                    commit(10);
                    pipeline = start(shaky);
                }
                commit(10);
                // the last cuts may have made the pauses long, and by chance no chunk may see the last commits for long
                shaky.heal();
                log.shows();
                awaitWhole("one");
                awaitWhole("two");
            }
        } finally {
            pipeline.close();
        }
        assertThat(shaky.faults()).as("answers that were lost").isGreaterThan(5);
        assertThat(count("tally_quarantine")).isZero();
    }

    private void awaitWhole(String table) {
        await().atMost(LONG).until(() -> count("tally_load WHERE state <> 'done'") == 0 && count("tally_pause") == 0);
        await().atMost(LONG).untilAsserted(() -> assertThat(rows(table)).isEqualTo(model));
    }

    private long count(String of) {
        return jdbc.autocommit(tx -> tx.query("SELECT COUNT(*) AS n FROM " + of, row -> row.longValue("n")))
                .get(0);
    }

    private Map<Long, Long> rows(String table) {
        Map<Long, Long> rows = new TreeMap<>();
        jdbc.autocommit(tx -> tx.query(
                        "SELECT n_id, n_amount FROM " + table,
                        row -> List.of(row.longValue("n_id"), row.longValue("n_amount"))))
                .forEach(row -> rows.put(row.get(0), row.get(1)));
        return rows;
    }

    /** So many transactions, each of some changes of rows that are there, or not yet, or not any more. */
    private void commit(int transactions) {
        for (int i = 0; i < transactions; i++) {
            List<Change> changes = new ArrayList<>();
            for (int each = random.nextInt(4); each >= 0; each--) {
                changes.add(change(random.nextInt(90), random.nextInt(1_000_000)));
            }
            log.commit(changes);
        }
    }

    private Change change(long id, long amount) {
        Long before = model.get(id);
        if (before != null && random.nextInt(3) == 0) {
            model.remove(id);
            return Change.delete(Texts.row(source, id, before));
        }
        model.put(id, amount);
        return before == null
                ? Change.insert(Texts.row(source, id, amount))
                : Change.update(null, Texts.row(source, id, amount));
    }

    private Pipeline start(DataSource shaky) throws SQLException {
        Pipeline pipeline = Pipeline.of(
                "test",
                log,
                Set.of(source.name()),
                List.of(target("first", shaky, "one"), target("second", db.dataSource(), "two")),
                SETTINGS);
        pipeline.start();
        return pipeline;
    }

    private ReplicatedTarget target(String name, DataSource way, String table) throws SQLException {
        try (Connection connection = db.connect()) {
            return new ReplicatedTarget(
                    name,
                    way,
                    Dialect.of(connection),
                    new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard()),
                    new WatchedTable(db, source, new TableName(schema, table)));
        }
    }
}
