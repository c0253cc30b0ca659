package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
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
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever is cut, killed or lost: each source transaction is applied to each target exactly once. */
@Databases
class ExactlyOnceTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final PipelineSettings SETTINGS = PipelineSettings.standard()
            .withCopyFirst(false)
            .withGroupChanges(40)
            .withPauses(Duration.ofMillis(5), Duration.ofMillis(50));

    private final TestDatabase db;
    private final SourceTable ledger;
    private final TargetTable target;
    private final Dialect dialect;
    private final RowWriter writer;
    /** What the source holds: id to amount and note. */
    private final Map<Long, List<Object>> model = new TreeMap<>();

    ExactlyOnceTest(TestDatabase db) throws SQLException {
        this.db = db;
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        db.execute("DROP TABLE IF EXISTS ledger");
        db.execute("CREATE TABLE ledger (n_id BIGINT PRIMARY KEY, n_amount BIGINT NOT NULL, note VARCHAR(200))");
        TableName name = new TableName(db.engine() == Engine.POSTGRESQL ? "public" : db.name(), "ledger");
        this.ledger = Texts.table(name, "n_id", "n_amount", "note");
        try (Connection connection = db.connect()) {
            this.target = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(name)))
                    .get(0);
            this.dialect = Dialect.of(connection);
            this.writer = new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard());
        }
    }

    @BeforeEach
    void empty() {
        db.execute(
                "DELETE FROM ledger",
                "DELETE FROM tally_position",
                "DELETE FROM tally_quarantine",
                "DELETE FROM tally_load");
    }

    @Test
    void a_random_history_arrives_whole_although_source_and_target_are_cut_all_the_time() throws SQLException {
        RecordedSource source = history(7, 120);
        source.cutAfter(97);
        SplittableRandom chance = new SplittableRandom(11);
        FaultyDataSource shaky = FaultyDataSource.around(db.dataSource());
        shaky.failAll(call -> chance.nextInt(300) == 0, JdbcFault.lostReply());
        // the pause between two cuts may grow until the target has made a large transaction, however slow the machine
        // is
        PipelineSettings patient = SETTINGS.withPauses(Duration.ofMillis(5), Duration.ofSeconds(2));
        try (Pipeline pipeline = start(source, shaky, patient)) {
            awaitApplied(pipeline, source.size());
            assertThat(shaky.faults()).as("answers that were lost").isPositive();
        }
        assertThat(rows()).isEqualTo(model);
    }

    @Test
    void rows_that_were_there_already_are_copied_while_the_log_moves_on() throws SQLException {
        RecordedSource source = history(21, 150);
        source.copyable(ledger, 23);
        source.cutAfter(211);
        try (Pipeline pipeline = start(source, db.dataSource(), SETTINGS.withCopyFirst(true))) {
            awaitApplied(pipeline, source.size());
            await().atMost(LONG).untilAsserted(() -> assertThat(loads()).containsExactly("done"));
            assertThat(rows()).isEqualTo(model);
        }
    }

    @Test
    void a_table_that_joins_later_is_copied_as_well() throws SQLException {
        RecordedSource source = history(31, 60);
        source.copyable(ledger, 3);
        PipelineSettings copying = SETTINGS.withCopyFirst(true);
        TableName another = new TableName(ledger.name().schema(), "another");
        try (Pipeline without = start(source, db.dataSource(), copying, another)) {
            awaitApplied(without, 60);
            await().atMost(LONG).untilAsserted(() -> assertThat(loads()).containsExactly("done"));
        }
        assertThat(rows()).isEmpty();
        source.shows();
        try (Pipeline with = start(source, db.dataSource(), copying)) {
            SplittableRandom random = new SplittableRandom(32);
            for (int i = 0; i < 40; i++) {
                source.commit(List.of(randomChange(random)));
            }
            awaitApplied(with, source.size());
            await().atMost(LONG).untilAsserted(() -> assertThat(rows()).isEqualTo(model));
            await().atMost(LONG).untilAsserted(() -> assertThat(loads()).containsExactly("done"));
        }
        assertThat(rows()).isEqualTo(model);
    }

    @Test
    void a_change_that_was_delivered_before_a_table_is_copied_and_shows_late_is_not_undone() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(Change.insert(Texts.row(ledger, 1, 10, "old"))));
        source.commit(List.of(Change.update(null, Texts.row(ledger, 1, 11, "new"))));
        try (Pipeline pipeline = start(source, db.dataSource())) {
            awaitApplied(pipeline, 2);
        }
        PipelineDesk.at(Jdbc.on(db.dataSource()), "test", "db").resync(Set.of(ledger.name()));
        source.copyable(ledger, 1);
        source.shows();
        source.showLate(3);
        try (Pipeline pipeline = start(source, db.dataSource())) {
            await().atMost(LONG).untilAsserted(() -> assertThat(loads()).containsExactly("done"));
        }
        assertThat(rows()).isEqualTo(Map.of(1L, List.of(11L, "new")));
    }

    @Test
    void a_table_that_cannot_be_copied_says_why_and_is_copied_once_it_can() {
        RecordedSource source = history(31, 9);
        try (Pipeline pipeline = start(source, db.dataSource(), SETTINGS.withCopyFirst(true))) {
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(pipeline.status().reason()).contains("no table"));
            source.copyable(ledger, 1);
            await().atMost(LONG).untilAsserted(() -> assertThat(loads()).containsExactly("done"));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(pipeline.status().reason()).isNull());
        }
    }

    @Test
    void a_row_that_moves_to_a_key_for_which_others_wait_waits_behind_them() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(Change.insert(Texts.row(ledger, 1, 10, "x".repeat(201)))));
        try (Pipeline pipeline = start(source, db.dataSource())) {
            // in one group a row that comes and goes would not be written at all
            awaitApplied(pipeline, 1);
            source.commit(List.of(Change.delete(Texts.row(ledger, 1, null, null))));
            source.commit(List.of(Change.insert(Texts.row(ledger, 2, 20, "two"))));
            source.commit(List.of(Change.update(Texts.row(ledger, 2, null, null), Texts.row(ledger, 1, 21, "two"))));
            source.commit(List.of(Change.update(null, Texts.row(ledger, 1, 22, Texts.UNCHANGED))));
            awaitApplied(pipeline, 5);
        }
        assertThat(parked()).containsExactly("INSERT 1 1", "DELETE 1 2", "UPDATE 2 4", "UPDATE 1 5");
        widen();
        PipelineDesk desk = PipelineDesk.at(Jdbc.on(db.dataSource()), "test", "db");
        assertThat(desk.replay(desk.parked(9).get(0).id(), writer, Texts.KIM)).isEqualTo(4);
        assertThat(rows()).isEqualTo(Map.of(1L, List.of(22L, "two")));
    }

    @Test
    void tables_that_are_emptied_together_are_emptied_in_the_order_of_their_foreign_keys() throws SQLException {
        db.execute(
                "CREATE TABLE entry (n_id BIGINT PRIMARY KEY, n_ledger BIGINT NOT NULL REFERENCES ledger (n_id))",
                "ALTER TABLE entry ADD CONSTRAINT entry_of FOREIGN KEY (n_ledger) REFERENCES ledger (n_id)");
        try (Connection connection = db.connect()) {
            TableName name = new TableName(ledger.name().schema(), "entry");
            SourceTable entries = Texts.table(name, "n_id", "n_ledger");
            TargetTable entry = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(name)))
                    .get(0);
            RecordedSource source = new RecordedSource(16);
            source.commit(
                    List.of(Change.insert(Texts.row(ledger, 1, 10, "one")), Change.insert(Texts.row(entries, 1, 1))));
            source.commit(List.of(Change.truncate(ledger), Change.truncate(entries)));
            // is refused, so that the group is made a second time, carefully
            source.commit(List.of(Change.insert(Texts.row(ledger, 3, 30, "x".repeat(201)))));
            MirrorMapping mapping = new MirrorMapping(Map.of(ledger.name(), target, name, entry));
            Pipeline pipeline = Pipeline.of(
                    "test",
                    source,
                    Set.of(ledger.name(), name),
                    List.of(new ReplicatedTarget("db", db.dataSource(), dialect, writer, mapping)),
                    SETTINGS);
            try (pipeline) {
                pipeline.start();
                awaitApplied(pipeline, 3);
            }
            assertThat(rows()).isEmpty();
            assertThat(parked()).containsExactly("INSERT 3 3");
        } finally {
            db.execute("DROP TABLE entry");
        }
    }

    @Test
    void a_position_of_many_servers_is_kept_whole() {
        Position first = new Position("a".repeat(200_000));
        Position next = new Position("a".repeat(199_999) + "b");
        try (TargetSession session = TargetSession.claim(db.dataSource(), dialect, "long")) {
            session.begin(first);
            session.commit(next);
        }
        try (TargetSession session = TargetSession.claim(db.dataSource(), dialect, "long")) {
            assertThat(session.position()).isEqualTo(next);
            Quarantine quarantine = Quarantine.load(session.tx(), "long");
            quarantine.parkUnmapped(session.tx(), Change.truncate(ledger), next, new IllegalStateException("anything"));
            session.commit(first);
        }
        assertThat(parked()).singleElement().asString().endsWith("b");
    }

    private List<String> loads() {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT state FROM tally_load", row -> row.string("state")));
    }

    @Test
    void what_the_target_refuses_waits_with_all_later_changes_of_its_row_while_others_flow() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        String tooLong = "x".repeat(201);
        source.commit(List.of(
                Change.insert(Texts.row(ledger, 1, 10, "one")), Change.insert(Texts.row(ledger, 2, 20, tooLong))));
        source.commit(List.of(Change.update(null, Texts.row(ledger, 2, 21, Texts.UNCHANGED))));
        source.commit(List.of(Change.insert(Texts.row(ledger, 3, 30, "three"))));
        try (Pipeline pipeline = start(source, db.dataSource())) {
            awaitApplied(pipeline, 3);
            assertThat(pipeline.status().targets().get(0).counts().quarantined())
                    .isEqualTo(1);
        }
        assertThat(rows()).isEqualTo(Map.of(1L, List.of(10L, "one"), 3L, List.of(30L, "three")));
        assertThat(parked()).containsExactly("INSERT 2 1", "UPDATE 2 2");
    }

    @Test
    void a_row_that_a_trigger_of_the_target_refuses_waits_while_others_flow() throws SQLException {
        if (db.engine() == Engine.POSTGRESQL) {
            db.execute(
                    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                            + " 'BEGIN IF NEW.n_amount = 13 THEN RAISE EXCEPTION ''no thirteen''; END IF; RETURN NEW; END'",
                    "CREATE TRIGGER refuses BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION refuse()");
        } else {
            db.execute("CREATE TRIGGER refuses BEFORE INSERT ON ledger FOR EACH ROW IF NEW.n_amount = 13 THEN"
                    + " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no thirteen'; END IF");
        }
        try {
            RecordedSource source = new RecordedSource(16);
            source.commit(List.of(
                    Change.insert(Texts.row(ledger, 1, 13, "one")), Change.insert(Texts.row(ledger, 2, 20, "two"))));
            source.commit(List.of(Change.update(null, Texts.row(ledger, 1, Texts.UNCHANGED, "again"))));
            try (Pipeline pipeline = start(source, db.dataSource())) {
                awaitApplied(pipeline, 2);
            }
        } finally {
            db.execute("DROP TRIGGER refuses" + (db.engine() == Engine.POSTGRESQL ? " ON ledger" : ""));
        }
        assertThat(rows()).isEqualTo(Map.of(2L, List.of(20L, "two")));
        assertThat(parked()).containsExactly("INSERT 1 1", "UPDATE 1 2");
    }

    @Test
    void a_refused_row_in_a_transaction_too_large_to_be_kept_waits_alone() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        List<Change> large = new ArrayList<>();
        for (int id = 0; id < 500; id++) {
            large.add(Change.insert(Texts.row(ledger, id, id, id == 321 ? "x".repeat(201) : "n" + id)));
        }
        source.commit(large);
        try (Pipeline pipeline = start(source, db.dataSource())) {
            awaitApplied(pipeline, 1);
        }
        assertThat(rows()).hasSize(499).doesNotContainKey(321L);
        assertThat(parked()).containsExactly("INSERT 321 1");
    }

    @Test
    void who_takes_a_pipeline_over_stops_the_one_before() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        try (Pipeline first = start(source, db.dataSource())) {
            source.commit(List.of(Change.insert(Texts.row(ledger, 1, 1, "by the first"))));
            awaitApplied(first, 1);
            try (Pipeline second = start(source, db.dataSource())) {
                await().atMost(LONG).until(() -> second.status().state() == PipelineStatus.State.RUNNING);
                source.commit(List.of(Change.insert(Texts.row(ledger, 2, 2, "by the second"))));
                awaitApplied(second, 2);
                await().atMost(LONG).until(() -> first.status().state() == PipelineStatus.State.FENCED);
            }
        }
        assertThat(rows()).hasSize(2);
    }

    @Test
    void a_log_that_no_longer_reaches_back_stops_the_pipeline_with_the_reason() {
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(Change.insert(Texts.row(ledger, 1, 1, "one"))));
        source.forget(1);
        try (Pipeline pipeline = start(source, db.dataSource())) {
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.NEEDS_RESYNC);
            assertThat(pipeline.status().reason()).contains("forgotten");
        }
    }

    @Test
    void the_source_hears_of_a_position_only_when_it_is_durable_at_the_target() {
        RecordedSource source = new RecordedSource(16);
        FaultyDataSource away = FaultyDataSource.around(db.dataSource());
        try (Pipeline pipeline = start(source, away)) {
            source.commit(List.of(Change.insert(Texts.row(ledger, 1, 1, "one"))));
            await().atMost(LONG).until(() -> source.acknowledged() == 1);
            away.failAll(call -> call.mentions("commit"), JdbcFault.lostRequest());
            source.commit(List.of(Change.insert(Texts.row(ledger, 2, 2, "two"))));
            await().atMost(LONG).until(() -> away.faults() >= 3);
            assertThat(source.acknowledged()).isEqualTo(1);
            away.heal();
            await().atMost(LONG).until(() -> source.acknowledged() == 2);
        }
    }

    @Test
    void a_row_waits_under_every_spelling_of_its_key_and_is_replayed_with_all_of_them() throws SQLException {
        boolean postgres = db.engine() == Engine.POSTGRESQL;
        db.execute(
                "DROP TABLE IF EXISTS shelf",
                "CREATE TABLE shelf (name " + Texts.alike(db, 20) + " PRIMARY KEY, note VARCHAR(4))");
        TableName name = new TableName(ledger.name().schema(), "shelf");
        SourceTable shelf = Texts.table(name, "name", "note");
        TargetTable into;
        try (Connection connection = db.connect()) {
            into = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(name)))
                    .get(0);
        }
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(Change.insert(Texts.row(shelf, "a", "too long"))));
        source.commit(List.of(Change.update(null, Texts.row(shelf, "\u00c4", "new"))));
        source.commit(List.of(Change.insert(Texts.row(shelf, "\u00d6", "here"))));
        ReplicatedTarget target =
                new ReplicatedTarget("db", db.dataSource(), dialect, writer, new MirrorMapping(Map.of(name, into)));
        try (Pipeline pipeline = Pipeline.of("test", source, Set.of(name), List.of(target), SETTINGS)) {
            pipeline.start();
            awaitApplied(pipeline, 3);
        }
        PipelineDesk desk = PipelineDesk.at(Jdbc.on(db.dataSource()), "test", "db");
        assertThat(desk.parked(9)).extracting(PipelineDesk.Parked::operation).containsExactly("INSERT", "UPDATE");
        db.execute("ALTER TABLE shelf " + (postgres ? "ALTER note TYPE VARCHAR(20)" : "MODIFY note VARCHAR(20)"));
        assertThat(desk.replay(desk.parked(9).get(1).id(), writer, Texts.KIM)).isEqualTo(2);
        List<String> notes = Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT note FROM shelf", row -> row.string("note")));
        assertThat(notes).containsExactlyInAnyOrder("new", "here");
    }

    @Test
    void what_comes_right_after_a_replay_waits_for_nothing_that_has_been_made() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(Change.insert(Texts.row(ledger, 1, 10, "x".repeat(201)))));
        try (Pipeline pipeline = start(source, db.dataSource())) {
            awaitApplied(pipeline, 1);
            widen();
            PipelineDesk desk = PipelineDesk.at(Jdbc.on(db.dataSource()), "test", "db");
            assertThat(desk.replay(desk.parked(9).get(0).id(), writer, Texts.KIM))
                    .isEqualTo(1);
            source.commit(List.of(Change.update(null, Texts.row(ledger, 1, 11, "after"))));
            awaitApplied(pipeline, 2);
        }
        assertThat(parked()).isEmpty();
        assertThat(rows()).isEqualTo(Map.of(1L, List.of(11L, "after")));
    }

    @Test
    void a_replay_waits_for_a_runner_that_is_setting_a_change_aside_and_makes_that_too() throws Exception {
        List<TargetChange> changes = new ArrayList<>();
        MirrorMapping mapping = new MirrorMapping(Map.of(ledger.name(), target));
        for (Change each : List.of(
                Change.insert(Texts.row(ledger, 1, 10, "first")),
                Change.update(null, Texts.row(ledger, 1, 11, "second")))) {
            mapping.map(each, changes::add);
        }
        try (TargetSession session = TargetSession.claim(db.dataSource(), dialect, "test/db")) {
            session.begin(new Position("0"));
            Quarantine quarantine = Quarantine.load(session.tx(), "test/db");
            quarantine.park(session.tx(), changes.get(0), new Position("1"), "refused");
            session.commit(new Position("1"));

            quarantine.letGo();
            assertThat(quarantine.holds(session.tx(), changes.get(1))).isTrue();
            quarantine.park(session.tx(), changes.get(1), new Position("2"), Quarantine.BEHIND);
            PipelineDesk desk = PipelineDesk.at(Jdbc.on(db.dataSource()), "test", "db");
            long id = desk.parked(9).get(0).id();
            CompletableFuture<Integer> replay = CompletableFuture.supplyAsync(() -> desk.replay(id, writer, Texts.KIM));
            await().atMost(LONG).until(() -> replay.isDone() || somebodyWaits());
            session.commit(new Position("2"));
            assertThat(replay.get()).as("changes that were made").isEqualTo(2);
        }
        assertThat(parked()).isEmpty();
        assertThat(rows()).isEqualTo(Map.of(1L, List.of(11L, "second")));
    }

    private boolean somebodyWaits() {
        String waiting = db.engine() == Engine.POSTGRESQL
                ? "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                : "SELECT COUNT(*) AS n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
        return Jdbc.on(db.dataSource())
                        .autocommit(tx -> tx.query(waiting, row -> row.longValue("n")))
                        .get(0)
                > 0;
    }

    private void widen() {
        db.execute("ALTER TABLE ledger "
                + (db.engine() == Engine.POSTGRESQL ? "ALTER note TYPE VARCHAR(300)" : "MODIFY note VARCHAR(300)"));
    }

    private static void awaitApplied(Pipeline pipeline, int transactions) {
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(pipeline.status().targets().get(0).position())
                                .isEqualTo(new Position("" + transactions)));
    }

    private List<String> parked() {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query(
                        "SELECT operation, row_key, position FROM tally_quarantine ORDER BY id",
                        row -> row.string("operation") + " "
                                + row.string("row_key").replaceAll("[^0-9]", "") + " " + row.string("position")));
    }

    private Pipeline start(ChangeSource source, DataSource into) {
        return start(source, into, SETTINGS);
    }

    private Pipeline start(ChangeSource source, DataSource into, PipelineSettings settings) {
        return start(source, into, settings, ledger.name());
    }

    private Pipeline start(ChangeSource source, DataSource into, PipelineSettings settings, TableName table) {
        Pipeline pipeline = Pipeline.of(
                "test",
                source,
                Set.of(table),
                List.of(new ReplicatedTarget("db", into, dialect, writer, new MirrorMapping(Map.of(table, target)))),
                settings);
        pipeline.start();
        return pipeline;
    }

    private RecordedSource history(long seed, int transactions) {
        SplittableRandom random = new SplittableRandom(seed);
        RecordedSource source = new RecordedSource(16);
        for (int i = 0; i < transactions; i++) {
            int size = random.nextInt(20) == 0 ? 150 : 1 + random.nextInt(6);
            List<Change> changes = new ArrayList<>();
            for (int j = 0; j < size; j++) {
                changes.add(randomChange(random));
            }
            source.commit(changes);
        }
        return source;
    }

    private Change randomChange(SplittableRandom random) {
        long id = random.nextInt(60);
        List<Object> before = model.get(id);
        long amount = random.nextInt(1000);
        if (before == null) {
            model.put(id, List.of(amount, "n" + amount));
            return Change.insert(Texts.row(ledger, id, amount, "n" + amount));
        }
        switch (random.nextInt(4)) {
            case 0 -> {
                model.remove(id);
                return Change.delete(Texts.row(ledger, id, null, null));
            }
            case 1 -> {
                model.put(id, List.of(amount, before.get(1)));
                return Change.update(null, Texts.row(ledger, id, amount, Texts.UNCHANGED));
            }
            case 2 -> {
                long other = 60 + random.nextInt(300);
                if (model.containsKey(other)) {
                    return Change.update(null, Texts.row(ledger, id, before.get(0), before.get(1)));
                }
                model.remove(id);
                model.put(other, List.of(amount, before.get(1)));
                return Change.update(
                        Texts.row(ledger, id, null, null), Texts.row(ledger, other, amount, Texts.UNCHANGED));
            }
            default -> {
                model.put(id, List.of(amount, "v" + amount));
                return Change.update(null, Texts.row(ledger, id, amount, "v" + amount));
            }
        }
    }

    private Map<Long, List<Object>> rows() throws SQLException {
        Map<Long, List<Object>> rows = new TreeMap<>();
        try (Connection connection = db.connect();
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT n_id, n_amount, note FROM ledger")) {
            while (result.next()) {
                rows.put(result.getLong(1), List.of(result.getLong(2), result.getString(3)));
            }
        }
        return rows;
    }
}
