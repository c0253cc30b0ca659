package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.Change;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
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
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A target whose tables were made by the version before, with everything in them that a pipeline leaves there. */
@Databases
class SchemaUpgradeTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    /** The last schema file of the version before. */
    private static final int BEFORE = 3;

    private static final PipelineSettings SETTINGS =
            PipelineSettings.standard().withCopyFirst(false).withPauses(Duration.ofMillis(5), Duration.ofMillis(50));

    private final TestDatabase db;
    private final Jdbc jdbc;
    private final Dialect dialect;
    private final SourceTable ledger;
    private final RecordedSource source = new RecordedSource(16);

    SchemaUpgradeTest(TestDatabase db) throws SQLException {
        this.db = db;
        this.jdbc = Jdbc.on(db.dataSource());
        try (Connection connection = db.connect()) {
            this.dialect = Dialect.of(connection);
        }
        this.ledger = Texts.table(
                new TableName(db.engine() == Engine.POSTGRESQL ? "public" : db.name(), "ledger"),
                "n_id",
                "n_amount",
                "note");
    }

    @Test
    void a_pipeline_goes_on_with_its_position_its_waiting_rows_and_its_orders() throws SQLException {
        Schema.of(jdbc).install("cdc");
        db.execute("CREATE TABLE ledger (n_id BIGINT PRIMARY KEY, n_amount BIGINT NOT NULL, note VARCHAR(200))");
        source.commit(List.of(
                Change.insert(Texts.row(ledger, 1, 10, "one")),
                Change.insert(Texts.row(ledger, 2, 20, "x".repeat(201)))));
        source.commit(List.of(Change.update(null, Texts.row(ledger, 2, 21, Texts.UNCHANGED))));
        runUpTo(2);
        PipelineControl.of("test", Map.of("db", jdbc)).pause("kim", "an upgrade");
        PipelineDesk desk = PipelineDesk.at(jdbc, "test", "db");
        db.execute("UPDATE ledger SET n_amount = 99 WHERE n_id = 1");
        desk.resync(Set.of(ledger.name()));
        List<PipelineDesk.Parked> waiting = desk.parked(9);
        assertThat(waiting).hasSize(2);
        takeAwayWhatCameLater();
        assertThat(Schema.of(jdbc).problems("cdc"))
                .anyMatch(problem -> problem.contains("tally_conflict"))
                .anyMatch(problem -> problem.contains("tally_pause"));

        Schema.of(jdbc).install("cdc");

        assertThat(Schema.of(jdbc).problems("cdc")).isEmpty();
        assertThat(desk.conflicts(9)).isEmpty();
        assertThat(desk.parked(9)).isEqualTo(waiting);
        assertThat(desk.history(9)).extracting(PipelineDesk.Act::act).contains("pause");
        assertThat(new PipelineBoard(jdbc, "test/db").read().orders().paused()).isNotNull();
        assertThat(desk.standing())
                .hasValueSatisfying(standing -> assertThat(standing.position()).isEqualTo(new Position("2")));

        source.copyable(ledger, 1);
        source.shows();
        source.commit(List.of(
                Change.insert(Texts.row(ledger, 3, 30, "three")),
                Change.update(null, Texts.row(ledger, 2, 22, Texts.UNCHANGED))));
        runUpTo(3);
        assertThat(rows()).as("the order was followed, and the log went on").containsExactly("1 10 one", "3 30 three");
        db.execute("ALTER TABLE ledger "
                + (db.engine() == Engine.POSTGRESQL ? "ALTER note TYPE VARCHAR(300)" : "MODIFY note VARCHAR(300)"));
        assertThat(desk.parked(9)).hasSizeGreaterThan(2);
        desk.replay(waiting.get(0).id(), writer(), Texts.KIM);
        assertThat(rows()).containsExactly("1 10 one", "2 22 " + "x".repeat(201), "3 30 three");
        assertThat(desk.parked(9)).isEmpty();
    }

    private void takeAwayWhatCameLater() {
        db.execute(
                "DROP TABLE tally_conflict",
                "DROP TABLE tally_quarantine_audit",
                "DROP TABLE tally_pause",
                "DELETE FROM tally_schema WHERE component = 'cdc' AND version > " + BEFORE);
    }

    /** The pipeline, until so many transactions are applied and nothing is left to be copied. */
    private void runUpTo(int transactions) throws SQLException {
        try (Connection connection = db.connect()) {
            TargetTable table = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(ledger.name())))
                    .get(0);
            ReplicatedTarget target = new ReplicatedTarget(
                    "db", db.dataSource(), dialect, writer(), new MirrorMapping(Map.of(ledger.name(), table)));
            try (Pipeline pipeline = Pipeline.of("test", source, Set.of(ledger.name()), List.of(target), SETTINGS)) {
                pipeline.start();
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(pipeline.status().targets())
                                .as("%s", pipeline.status())
                                .extracting(PipelineStatus.TargetStatus::position)
                                .containsExactly(new Position("" + transactions)));
                await().atMost(LONG).until(() -> !pipeline.isCopying() && copied());
            }
        }
    }

    private boolean copied() {
        return jdbc.autocommit(tx -> tx.query(
                        "SELECT COUNT(*) AS n FROM tally_load WHERE state <> 'done'", row -> row.intValue("n")))
                .get(0)
                .equals(0);
    }

    private RowWriter writer() throws SQLException {
        try (Connection connection = db.connect()) {
            return new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard());
        }
    }

    private List<String> rows() {
        return jdbc.autocommit(tx -> tx.query(
                "SELECT n_id, n_amount, note FROM ledger ORDER BY n_id",
                row -> row.intValue("n_id") + " " + row.intValue("n_amount") + " " + row.string("note")));
    }
}
