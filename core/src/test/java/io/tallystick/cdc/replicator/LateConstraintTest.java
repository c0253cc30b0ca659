package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL looks at only at COMMIT, and refuses then, waits like any refused row, and holds nothing else up. */
@Databases(Engine.POSTGRESQL)
class LateConstraintTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final PipelineSettings SETTINGS = PipelineSettings.standard()
            .withCopyFirst(false)
            .withGroupChanges(40)
            .withPauses(Duration.ofMillis(5), Duration.ofMillis(50));
    private static final TableName NAME = new TableName("public", "link");

    private final TestDatabase db;
    /** Each row points to another one, or to none. */
    private final SourceTable link = Texts.table(NAME, "n_id", "n_next");

    private final RowWriter writer;

    LateConstraintTest(TestDatabase db) throws SQLException {
        this.db = db;
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        db.execute(
                "DROP TABLE IF EXISTS link",
                "CREATE TABLE link (n_id BIGINT PRIMARY KEY, n_next BIGINT REFERENCES link DEFERRABLE INITIALLY DEFERRED)");
        try (Connection connection = db.connect()) {
            this.writer = new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard());
        }
    }

    @BeforeEach
    void empty() {
        db.execute("TRUNCATE link, tally_position, tally_quarantine, tally_load");
    }

    @Test
    void a_row_that_is_refused_only_at_the_commit_waits_with_all_later_changes_of_it_while_others_flow()
            throws SQLException {
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(insert(1, 2), insert(2, null), insert(3, 99), insert(4, 1)));
        source.commit(List.of(Change.update(null, Texts.row(link, 3, 98))));
        source.commit(List.of(insert(5, 4)));
        apply(source);
        assertThat(links()).containsExactly("1>2", "2>null", "4>1", "5>4");
        assertThat(parked()).containsExactly("INSERT 3 1", "UPDATE 3 2");
        assertThat(desk().parked(9).get(0).error())
                .startsWith(Quarantine.AT_THE_END)
                .contains("link_n_next_fkey");

        db.execute("INSERT INTO link VALUES (98, NULL)");
        assertThat(desk().replay(desk().parked(9).get(1).id(), writer, Texts.KIM))
                .isEqualTo(2);
        assertThat(links()).contains("3>98");
    }

    @Test
    void rows_that_hold_only_together_are_not_set_aside_because_of_another_one() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        // wherever the first halves end, one of the three is torn from the others
        source.commit(List.of(insert(1, 2), insert(9, 99), insert(2, 3), insert(3, 1), insert(4, null)));
        apply(source);
        assertThat(links()).containsExactly("1>2", "2>3", "3>1", "4>null");
        assertThat(parked()).containsExactly("INSERT 9 1");
    }

    @Test
    void rows_that_were_set_aside_although_they_hold_together_are_replayed_together() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(insert(1, 2), insert(8, 88), insert(9, 99), insert(2, 1), insert(3, null)));
        apply(source);
        assertThat(links()).containsExactly("3>null");
        assertThat(parked()).containsExactly("INSERT 1 1", "INSERT 8 1", "INSERT 9 1", "INSERT 2 1");
        assertThatThrownBy(() -> desk().replay(desk().parked(9).get(0).id(), writer, Texts.KIM))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("link_n_next_fkey");
        desk().discard(desk().parked(9).get(1).id(), Texts.KIM);
        desk().discard(desk().parked(9).get(1).id(), Texts.KIM);
        assertThat(desk().replay(desk().parked(9).get(0).id(), writer, Texts.KIM))
                .isEqualTo(2);
        assertThat(links()).containsExactly("1>2", "2>1", "3>null");
    }

    @Test
    void a_row_is_deleted_as_soon_as_none_points_to_it_and_waits_until_then() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        db.execute("INSERT INTO link VALUES (1, NULL), (2, 1), (3, NULL)");
        source.commit(List.of(delete(1), delete(3)));
        apply(source);
        assertThat(links()).containsExactly("1>null", "2>1");
        assertThat(parked()).containsExactly("DELETE 1 1");
    }

    @Test
    void in_a_transaction_too_large_to_be_kept_it_waits_alone() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        List<Change> large = new ArrayList<>();
        for (int id = 0; id < 500; id++) {
            large.add(insert(id, id == 321 ? 9_999 : Integer.valueOf(id)));
        }
        source.commit(large);
        apply(source);
        assertThat(links()).hasSize(499).doesNotContain("321>9999");
        assertThat(parked()).containsExactly("INSERT 321 1");
    }

    @Test
    void a_row_that_is_copied_waits_as_well() throws SQLException {
        // to a table that no route writes, so that foreign keys are looked at while rows are copied
        db.execute(
                "CREATE TABLE known (id BIGINT PRIMARY KEY)",
                "INSERT INTO known SELECT generate_series(0, 40)",
                "ALTER TABLE link ADD CONSTRAINT of_known FOREIGN KEY (n_next) REFERENCES known DEFERRABLE INITIALLY DEFERRED");
        RecordedSource source = new RecordedSource(16);
        List<Change> rows = new ArrayList<>();
        for (int id = 0; id < 40; id++) {
            rows.add(insert(id, id == 20 ? 9_999 : Integer.valueOf(id)));
        }
        source.commit(rows);
        source.copyable(link, 1);
        source.shows();
        source.commit(List.of());
        source.commit(List.of());
        try (Pipeline pipeline = start(source, SETTINGS.withCopyFirst(true))) {
            await().atMost(LONG)
                    .untilAsserted(() ->
                            assertThat(ask("SELECT state FROM tally_load")).containsExactly("done"));
        } finally {
            db.execute("ALTER TABLE link DROP CONSTRAINT of_known", "DROP TABLE known");
        }
        assertThat(links()).hasSize(39).doesNotContain("20>9999");
        // once from the copy, and once from the log when that was faster
        assertThat(desk().parked(9))
                .isNotEmpty()
                .allSatisfy(one -> assertThat(one.key()).contains("\"20\""));
    }

    private Change insert(int id, @Nullable Integer next) {
        return Change.insert(Texts.row(link, id, next));
    }

    private Change delete(int id) {
        return Change.delete(Texts.row(link, id, null));
    }

    private List<String> links() {
        return ask("SELECT n_id || '>' || COALESCE(n_next::text, 'null') FROM link ORDER BY n_id");
    }

    private List<String> parked() {
        return ask("SELECT operation || ' ' || regexp_replace(row_key, '[^0-9]', '', 'g') || ' ' || position"
                + " FROM tally_quarantine ORDER BY id");
    }

    private List<String> ask(String query) {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT x.a FROM (" + query + ") AS x (a)", row -> row.string("a")));
    }

    private PipelineDesk desk() {
        return PipelineDesk.at(Jdbc.on(db.dataSource()), "test", "db");
    }

    private void apply(RecordedSource source) throws SQLException {
        try (Pipeline pipeline = start(source, SETTINGS)) {
            await().atMost(LONG)
                    .untilAsserted(
                            () -> assertThat(pipeline.status().targets().get(0).position())
                                    .isEqualTo(new Position("" + source.size())));
        }
    }

    private Pipeline start(RecordedSource source, PipelineSettings settings) throws SQLException {
        try (Connection connection = db.connect()) {
            TargetTable table = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(NAME)))
                    .get(0);
            ReplicatedTarget target = new ReplicatedTarget(
                    "db", db.dataSource(), Dialect.POSTGRESQL, writer, new MirrorMapping(Map.of(NAME, table)));
            Pipeline pipeline = Pipeline.of("test", source, Set.of(NAME), List.of(target), settings);
            pipeline.start();
            return pipeline;
        }
    }
}
