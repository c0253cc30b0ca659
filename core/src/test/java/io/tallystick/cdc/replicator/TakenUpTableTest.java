package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A table that was left out up to the transaction 20 is taken up. */
@Databases
class TakenUpTableTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final String PIPELINE = "test/db";
    private static final Position UP_TO = new Position("20");

    private final TestDatabase db;
    private final Jdbc jdbc;
    private final TableName name;
    private final SourceTable source;
    private final Unfit away;

    TakenUpTableTest(TestDatabase db) {
        this.db = db;
        this.jdbc = Jdbc.on(db.dataSource());
        this.name = new TableName(db.engine() == Engine.POSTGRESQL ? "public" : db.name(), "taken_up");
        this.source = Texts.table(name, "n_id", "n_amount");
        this.away = new Unfit("it was away", null, Map.of(name, List.of("n_id", "n_amount")), null);
        Schema.of(jdbc).install("cdc");
        db.execute(
                "DROP TABLE IF EXISTS taken_up",
                "CREATE TABLE taken_up (n_id BIGINT PRIMARY KEY, n_amount BIGINT NOT NULL)",
                "DELETE FROM tally_position",
                "DELETE FROM tally_load",
                "DELETE FROM tally_pause");
    }

    @Test
    void rows_that_lack_what_the_log_changed_before_it_was_taken_up_do_not_count()
            throws SQLException, InterruptedException {
        ReplicatedTarget target = OneTable.mirrored(db, name);
        Alone upstream = new Alone(OneTable::covers);
        try (TargetSession session = upstream.claim(target)) {
            new PauseRows(session.tx(), PIPELINE).pause(name, away);
            session.commit(UP_TO);
        }
        db.execute("INSERT INTO taken_up VALUES (1, 10), (2, 20), (3, 30)");
        PieceQueue queue = new PieceQueue(1 << 20);
        queue.beginAnew(UP_TO);
        TargetProgress progress = new TargetProgress("db");
        TargetLoop loop = new TargetLoop(target, upstream, queue, PipelineSettings.standard(), progress);
        CompletableFuture<Void> runs = Background.run(loop);
        try {
            await().atMost(LONG)
                    .until(() -> UP_TO.equals(progress.takenUpAfter(name))
                            && progress.loads().containsKey(name));
            // read for another target, which was given the change of row 1 in transaction 18
            put(queue, chunk(new Position("10"), Set.of(List.of(1L)), Texts.row(source, 2L, 20L)));
            put(queue, chunk(UP_TO, Set.of(), Texts.row(source, 1L, 11L), Texts.row(source, 2L, 20L)));
            await().atMost(LONG)
                    .until(() -> texts("SELECT state AS t FROM tally_load").equals(List.of("done")));
        } finally {
            loop.stop();
            runs.join();
        }
        assertThat(texts("SELECT n_amount AS t FROM taken_up ORDER BY n_id")).containsExactly("11", "20");
        assertThat(progress.timesAnew()).as("times that it was read again").isOne();
        assertThat(texts("SELECT source AS t FROM tally_pause")).isEmpty();
    }

    @Test
    void another_reason_why_it_is_left_out_does_not_undo_that_a_person_wants_it_as_it_is() {
        jdbc.run(tx -> {
            PauseRows rows = new PauseRows(tx, PIPELINE);
            rows.pause(name, away);
            rows.wantAsItIs(name);
            rows.tell(name, new Unfit("another reason", "GRANT", away.written(), null));
            PauseRows.Pause pause = rows.all().get(name);
            assertThat(pause.told().why()).isEqualTo("another reason");
            assertThat(pause.told().mend()).isEqualTo("GRANT");
            assertThat(pause.isWantedAsItIs()).isTrue();
        });
    }

    /** The whole table as the source has it, without the rows that were touched. */
    private LoadedChunk chunk(Position remembered, Set<List<Object>> touched, Row... rows) {
        List<Row> untouched = List.of(rows);
        SeenRows seen = SeenRows.of(source, List.of("n_id"), untouched, touched);
        return new LoadedChunk(name, null, untouched, null, null, seen, KeyOrder.ofNumbers(), remembered);
    }

    private static void put(PieceQueue queue, LoadedChunk chunk) throws InterruptedException {
        assertThat(queue.put(new Delivery.Loaded(chunk), LONG)).isTrue();
    }

    private List<String> texts(String query) {
        return jdbc.autocommit(tx -> tx.query(query, row -> row.string("t")));
    }
}
