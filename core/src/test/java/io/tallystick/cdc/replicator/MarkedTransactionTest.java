package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Where in a transaction at PostgreSQL its log says whose it is: who reads it has a small one whole, and of a large one the beginning
 * first. On a server of its own, whose log is read from here on whatever others leave open.
 */
class MarkedTransactionTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final TableName NAME = new TableName("public", "item");

    private final SourceTable item = Texts.table(NAME, "n_id", "note");

    @Test
    void a_small_transaction_says_with_its_position_whose_it_is_and_a_large_one_before_its_first_row()
            throws SQLException {
        try (TestDatabase db = TestDatabases.postgres().start()) {
            Schema.of(Jdbc.on(db.dataSource())).install("cdc");
            db.execute(
                    "CREATE TABLE item (n_id BIGINT PRIMARY KEY, note TEXT)",
                    "SELECT pg_create_logical_replication_slot('marks', 'test_decoding')");
            RecordedSource source = new RecordedSource(16);
            try (Pipeline pipeline = start(db, source)) {
                commit(pipeline, source, inserts(1, 2, "little"));
                commit(pipeline, source, inserts(3, 100, "many"));
                commit(pipeline, source, inserts(200, 201, "x".repeat(40_000)));
            }
            assertThat(transactions(db))
                    .containsExactly(
                            List.of("item", "mark", "tally_position"),
                            List.of("mark", "item", "tally_position"),
                            List.of("mark", "item", "tally_position"));
        }
    }

    private static void commit(Pipeline pipeline, RecordedSource source, List<Change> changes) {
        source.commit(changes);
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(pipeline.status().targets().get(0).position())
                                .isEqualTo(new Position("" + source.size())));
    }

    private List<Change> inserts(int from, int to, String note) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(id -> Change.insert(Texts.row(item, id, note)))
                .toList();
    }

    /** What stands in the log of the transactions that write items, each kind of entry once. */
    private static List<List<String>> transactions(TestDatabase db) {
        List<String> lines = Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query(
                        "SELECT data FROM pg_logical_slot_get_changes('marks', NULL, NULL)",
                        row -> row.string("data")));
        List<List<String>> all = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("BEGIN")) {
                all.add(new ArrayList<>());
            } else if (!line.startsWith("COMMIT")) {
                List<String> last = all.get(all.size() - 1);
                String word = line.contains("prefix: tally.origin")
                        ? "mark"
                        : line.replaceFirst("table public[.]", "").replaceFirst(":.*", "");
                if (!last.contains(word)) {
                    last.add(word);
                }
            }
        }
        all.removeIf(words -> !words.contains("item"));
        return all;
    }

    private static Pipeline start(TestDatabase db, RecordedSource source) throws SQLException {
        Pipeline pipeline = Pipeline.of(
                "test",
                source,
                Set.of(NAME),
                List.of(OneTable.mirrored(db, NAME)),
                PipelineSettings.standard().withCopyFirst(false));
        pipeline.start();
        return pipeline;
    }
}
