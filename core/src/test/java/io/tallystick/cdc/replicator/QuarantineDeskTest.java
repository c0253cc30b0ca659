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
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.replicator.PipelineDesk.Handled;
import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
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
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a person does with many changes that wait, and what is known of it afterwards. */
@Databases
class QuarantineDeskTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final String TOO_LONG = "x".repeat(30);

    private final TestDatabase db;
    private final Dialect dialect;
    private final RowWriter writer;
    private final SourceTable ledger;
    private long position;

    QuarantineDeskTest(TestDatabase db) throws SQLException {
        this.db = db;
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        try (Connection connection = db.connect()) {
            this.dialect = Dialect.of(connection);
            this.writer = new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard());
        }
        this.ledger = Texts.table(name("ledger"), "n_id", "n_parent", "note");
    }

    @BeforeEach
    void empty() {
        position = 0;
        db.execute(
                "DELETE FROM tally_position",
                "DELETE FROM tally_quarantine",
                "DELETE FROM tally_quarantine_audit",
                "DELETE FROM tally_load",
                "DROP TABLE IF EXISTS ledger",
                "CREATE TABLE ledger (n_id BIGINT PRIMARY KEY, n_parent BIGINT, note VARCHAR(20),"
                        + " CONSTRAINT ledger_note UNIQUE (note),"
                        + " CONSTRAINT ledger_parent FOREIGN KEY (n_parent) REFERENCES ledger (n_id))");
    }

    @Test
    void what_waits_is_made_in_order_and_what_is_refused_again_keeps_nothing_else_from_being_made() throws Exception {
        db.execute("INSERT INTO ledger VALUES (90, NULL, 'taken'), (91, NULL, 'also taken')");
        park(
                insert(1, null, "one"),
                insert(2, null, TOO_LONG + 2),
                insert(3, null, "taken"),
                insert(4, null, TOO_LONG + 4),
                insert(5, null, "also taken"),
                update(1, null, "one and more"),
                update(2, null, "short"),
                insert(6, 1, "six"));
        List<Integer> heard = new ArrayList<>();

        Replayed replayed = desk().replayAll(ParkedFilter.ALL, writer, Texts.KIM, heard::add);

        assertThat(rows()).containsExactly("1 null one and more", "6 1 six", "90 null taken", "91 null also taken");
        assertThat(heard).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(replayed.stopped()).isNull();
        assertThat(replayed.made()).isEqualTo(3);
        assertThat(replayed.refused()).isEqualTo(5);
        assertThat(replayed.reasons())
                .hasSize(2)
                .allMatch(reason -> reason.table().equals("" + ledger.name()));
        assertThat(replayed.reasons())
                .extracting(Replayed.Reason::changes)
                .as("too long: two rows, one of which has an update behind it; and twice taken")
                .containsExactly(3, 2);
        assertThat(replayed.reasons().get(1).why()).contains("ledger_note").contains("refused again");
        assertThat(waiting()).containsExactly("INSERT 2", "INSERT 3", "INSERT 4", "INSERT 5", "UPDATE 2");
        assertThat(handled())
                .containsExactlyInAnyOrder(
                        "INSERT made", "UPDATE made", "INSERT made", "INSERT refused", "INSERT refused");
    }

    @Test
    void what_needed_a_row_that_was_made_behind_it_is_tried_once_more() throws Exception {
        park(insert(1, 2, "child"), insert(2, null, "parent"));
        assertThat(desk().replayAll(ParkedFilter.ALL, writer, Texts.KIM, any -> {})
                        .made())
                .isEqualTo(2);
        assertThat(rows()).containsExactly("1 2 child", "2 null parent");
    }

    @Test
    void only_the_table_that_is_named_is_replayed_and_only_the_kind_of_change_that_is_named() throws Exception {
        park(insert(1, null, "one"), insert(2, null, "two"), delete(7));
        ParkedFilter another = new ParkedFilter(ledger.name() + "s", null);
        assertThat(desk().replayAll(another, writer, Texts.KIM, any -> {}).made())
                .isZero();
        ParkedFilter deletions = new ParkedFilter("" + ledger.name(), "DELETE");
        assertThat(desk().waiting(deletions))
                .containsExactly(new PipelineDesk.Waiting("" + ledger.name(), "DELETE", 1));
        assertThat(desk().replayAll(deletions, writer, Texts.KIM, any -> {}).made())
                .isEqualTo(1);
        assertThat(waiting()).containsExactly("INSERT 1", "INSERT 2");
    }

    @Test
    void who_let_a_change_go_when_and_why_stands_in_the_target_and_so_does_a_refusal() throws Exception {
        park(insert(1, null, "one"), insert(2, null, TOO_LONG), insert(3, null, "three"));
        List<PipelineDesk.Parked> waits = desk().parked(9);

        desk().replay(waits.get(0).id(), writer, Texts.KIM);
        assertThatThrownBy(() -> desk().replay(waits.get(1).id(), writer, Texts.KIM))
                .isInstanceOf(RejectedException.class);
        desk().discard(waits.get(2).id(), new PipelineOrders.Order("lee", "nobody wants it", Texts.KIM.at()));

        List<Handled> handled = desk().handled(9);
        assertThat(handled).extracting(Handled::act).containsExactly("discard", "replay", "replay");
        assertThat(handled)
                .extracting(one -> one.order().who() + ": " + one.order().why())
                .containsExactly("lee: nobody wants it", "kim: it was mended", "kim: it was mended");
        assertThat(handled).allSatisfy(one -> {
            assertThat(one.order().at()).isAfter(Texts.KIM.at());
            assertThat(one.change().table()).isEqualTo("" + ledger.name());
            assertThat(one.change().operation()).isEqualTo("INSERT");
        });
        assertThat(handled)
                .extracting(one -> one.change().key() + " " + one.change().position())
                .containsExactly(
                        waits.get(2).key() + " 3",
                        waits.get(1).key() + " 2",
                        waits.get(0).key() + " 1");
        assertThat(handled.get(0).outcome()).isEqualTo("given up; why it had waited: refused 3");
        assertThat(handled.get(1).outcome()).contains("refused again");
        assertThat(handled.get(2).outcome()).isEqualTo("made; why it had waited: refused 1");
        assertThat(waiting()).containsExactly("INSERT 2");
    }

    @Test
    void a_change_that_does_not_wait_is_neither_made_nor_given_up_and_leaves_no_trace() throws Exception {
        park(insert(1, null, "one"));
        assertThatThrownBy(() -> desk().replay(4_711, writer, Texts.KIM))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("no change 4711 waits at test/db");
        assertThatThrownBy(() -> desk().discard(4_711, Texts.KIM)).hasMessageContaining("no change 4711 waits");
        assertThat(desk().handled(9)).isEmpty();
    }

    @Test
    void many_are_given_up_with_all_other_changes_of_their_rows_and_what_is_void_alone() throws Exception {
        park(insert(1, null, "before"), insert(2, null, "before too"));
        db.execute("UPDATE tally_quarantine SET operation = CONCAT('VOID ', operation)");
        park(insert(1, null, "after"), update(1, null, "later"), insert(3, null, "three"));

        assertThat(desk().discardAll(new ParkedFilter(null, "VOID"), Texts.KIM)).isEqualTo(2);
        assertThat(waiting()).containsExactly("INSERT 1", "UPDATE 1", "INSERT 3");
        assertThat(desk().discardAll(new ParkedFilter("" + ledger.name(), "UPDATE"), Texts.KIM))
                .as("an insert whose update is given up is no use")
                .isEqualTo(2);
        assertThat(waiting()).containsExactly("INSERT 3");
        assertThat(handled())
                .containsExactlyInAnyOrder("VOID INSERT given", "VOID INSERT given", "INSERT given", "UPDATE given");
    }

    @Test
    void changes_that_no_mapping_could_make_anything_of_are_given_up_one_by_one() throws Exception {
        try (TargetSession session = TargetSession.claim(db.dataSource(), dialect, "test/db")) {
            session.begin(new Position("0"));
            Quarantine quarantine = Quarantine.load(session.tx(), "test/db");
            for (int id = 1; id <= 3; id++) {
                quarantine.parkUnmapped(
                        session.tx(),
                        Change.insert(Texts.row(ledger, id, null, "unmapped")),
                        new Position("" + id),
                        new RejectedException("no value"));
            }
            session.commit(new Position("3"));
        }
        long second = desk().parked(9).get(1).id();
        assertThat(desk().discard(second, Texts.KIM)).isEqualTo(1);
        assertThat(waiting()).containsExactly("UNMAPPED INSERT 1", "UNMAPPED INSERT 3");
        assertThat(desk().replayAll(ParkedFilter.ALL, writer, Texts.KIM, any -> {})
                        .reasons())
                .singleElement()
                .satisfies(reason -> assertThat(reason.changes()).isEqualTo(2))
                .satisfies(reason -> assertThat(reason.why()).contains("correct the route"));
    }

    @Test
    void what_somebody_else_lets_go_meanwhile_is_passed_over() throws Exception {
        park(insert(1, null, "one"), insert(2, null, "two"), insert(3, null, "three"));
        long second = desk().parked(9).get(1).id();
        Replayed replayed = desk().replayAll(ParkedFilter.ALL, writer, Texts.KIM, done -> {
            if (done == 1) {
                desk().discard(second, Texts.KIM);
            }
        });
        assertThat(replayed.made()).isEqualTo(2);
        assertThat(replayed.refused()).isZero();
        assertThat(rows()).containsExactly("1 null one", "3 null three");
    }

    @Test
    void each_change_is_made_once_and_audited_once_whichever_answer_of_the_database_is_lost() throws Exception {
        FaultyDataSource shaky = FaultyDataSource.around(db.dataSource());
        PipelineDesk lossy = PipelineDesk.at(Jdbc.on(shaky, dialect), "test", "db");
        for (long call = 1; ; call++) {
            empty();
            park(insert(1, null, "one"), update(1, null, "uno"), insert(2, 1, "two"));
            shaky.reset();
            shaky.failCall(call, JdbcFault.lostReply());
            Replayed replayed = lossy.replayAll(ParkedFilter.ALL, writer, Texts.KIM, any -> {});
            boolean reached = shaky.faults() > 0;
            shaky.heal();
            int rest = desk().replayAll(ParkedFilter.ALL, writer, Texts.KIM, any -> {})
                    .made();

            assertThat(rows()).as("call %d", call).containsExactly("1 null uno", "2 1 two");
            assertThat(waiting()).isEmpty();
            assertThat(handled())
                    .as("call %d: %s, then %d", call, replayed, rest)
                    .containsExactlyInAnyOrder("INSERT made", "UPDATE made", "INSERT made");
            assertThat(replayed.made() + rest).isBetween(reached ? 1 : 3, 3);
            if (!reached) {
                return;
            }
        }
    }

    @Test
    void keys_that_only_the_target_can_compare_are_brought_together_however_many_they_are() throws Exception {
        db.execute(
                "DROP TABLE IF EXISTS shelf",
                "CREATE TABLE shelf (code " + Texts.alike(db, 20) + " PRIMARY KEY, note VARCHAR(20))");
        SourceTable shelf = Texts.table(name("shelf"), "code", "note");
        // more than are asked for at once
        int keys = 300;
        List<Change> changes = new ArrayList<>();
        for (int n = 0; n < keys; n++) {
            changes.add(Change.insert(Texts.row(shelf, "\u00e4" + n, "first")));
        }
        for (int n = keys - 1; n >= 0; n--) {
            changes.add(Change.update(null, Texts.row(shelf, "\u00c4" + n, "second")));
        }
        park(shelf, changes);

        Replayed replayed = desk().replayAll(new ParkedFilter(null, "UPDATE"), writer, Texts.KIM, any -> {});

        assertThat(replayed).isEqualTo(new Replayed(2 * keys, 0, List.of(), null));
        assertThat(texts("SELECT COUNT(*) AS t FROM shelf WHERE note = 'second'"))
                .containsExactly("" + keys);
    }

    @Test
    void beside_a_runner_that_sets_more_aside_all_ends_as_at_the_source() throws Exception {
        int rows = 60;
        RecordedSource source = new RecordedSource(16);
        for (int id = 0; id < rows; id++) {
            source.commit(List.of(Change.insert(Texts.row(ledger, id, null, TOO_LONG + id))));
        }
        TargetTable into = table(ledger);
        ReplicatedTarget target = new ReplicatedTarget(
                "db", db.dataSource(), dialect, writer, new MirrorMapping(Map.of(ledger.name(), into)));
        PipelineSettings settings = PipelineSettings.standard()
                .withCopyFirst(false)
                .withGroupChanges(5)
                .withPauses(Duration.ofMillis(5), Duration.ofMillis(50));
        try (Pipeline pipeline = Pipeline.of("test", source, Set.of(ledger.name()), List.of(target), settings)) {
            pipeline.start();
            await().atMost(LONG).untilAsserted(() -> assertThat(waiting()).hasSize(rows));
            db.execute("ALTER TABLE ledger "
                    + (db.engine() == Engine.POSTGRESQL ? "ALTER note TYPE VARCHAR(50)" : "MODIFY note VARCHAR(50)"));
            SplittableRandom random = new SplittableRandom(5);
            for (int round = 0; round < 30; round++) {
                for (int n = 0; n < 20; n++) {
                    int id = random.nextInt(rows);
                    source.commit(
                            List.of(Change.update(null, Texts.row(ledger, id, null, round + " " + n + " " + id))));
                }
                Replayed replayed = desk().replayAll(ParkedFilter.ALL, writer, Texts.KIM, any -> {});
                assertThat(replayed.stopped()).isNull();
                assertThat(replayed.reasons()).isEmpty();
            }
            IntStream.range(0, rows)
                    .forEach(id ->
                            source.commit(List.of(Change.update(null, Texts.row(ledger, id, null, "end " + id)))));
            await().atMost(LONG).untilAsserted(() -> {
                desk().replayAll(ParkedFilter.ALL, writer, Texts.KIM, any -> {});
                assertThat(texts("SELECT position AS t FROM tally_position")).containsExactly("" + source.size());
                assertThat(waiting()).isEmpty();
            });
        }
        assertThat(rows())
                .containsExactlyElementsOf(LongStream.range(0, rows)
                        .mapToObj(id -> id + " null end " + id)
                        .toList());
    }

    @Test
    void thousands_are_given_up_together_each_with_its_audit() throws Exception {
        park(
                ledger,
                LongStream.range(0, 1_200)
                        .mapToObj(id -> insert(id, null, "n" + id))
                        .toList());
        assertThat(desk().discardAll(new ParkedFilter("" + ledger.name(), null), Texts.KIM))
                .isEqualTo(1_200);
        assertThat(waiting()).isEmpty();
        assertThat(handled()).hasSize(1_200).containsOnly("INSERT given");
    }

    @Test
    void nobody_waits_without_end_for_a_runner_that_is_setting_changes_aside() throws Exception {
        park(insert(1, null, "one"));
        long id = desk().parked(9).get(0).id();
        try (TargetSession session = TargetSession.claim(db.dataSource(), dialect, "test/db")) {
            Quarantine.lock(session.tx(), "test/db");
            assertThatThrownBy(() -> desk().discard(id, Texts.KIM))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining(
                            "the runner is in the middle of a transaction that sets changes of test/db aside");
            session.rollback();
        }
        assertThat(desk().discard(id, Texts.KIM)).isEqualTo(1);
    }

    private TableName name(String table) {
        return new TableName(db.engine() == Engine.POSTGRESQL ? "public" : db.name(), table);
    }

    private Change insert(long id, Object parent, String note) {
        return Change.insert(Texts.row(ledger, id, parent, note));
    }

    private Change update(long id, Object parent, String note) {
        return Change.update(null, Texts.row(ledger, id, parent, note));
    }

    private Change delete(long id) {
        return Change.delete(Texts.row(ledger, id, null, null));
    }

    private void park(Change... changes) throws SQLException {
        park(ledger, List.of(changes));
    }

    /** As a runner does it; each comes from a transaction of its own. */
    private void park(SourceTable from, List<Change> changes) throws SQLException {
        List<TargetChange> mapped = new ArrayList<>();
        MirrorMapping mapping = new MirrorMapping(Map.of(from.name(), table(from)));
        changes.forEach(change -> mapping.map(change, mapped::add));
        try (TargetSession session = TargetSession.claim(db.dataSource(), dialect, "test/db")) {
            if (session.position() == null) {
                session.begin(new Position("0"));
            }
            Quarantine quarantine = Quarantine.load(session.tx(), "test/db");
            for (TargetChange change : mapped) {
                position++;
                quarantine.park(session.tx(), change, new Position("" + position), "refused " + position);
            }
            session.commit(new Position("" + position));
        }
    }

    private TargetTable table(SourceTable from) throws SQLException {
        try (Connection connection = db.connect()) {
            return TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(from.name())))
                    .get(0);
        }
    }

    private PipelineDesk desk() {
        return PipelineDesk.at(Jdbc.on(db.dataSource()), "test", "db");
    }

    private List<String> waiting() {
        return desk().parked(Integer.MAX_VALUE).stream()
                .map(one -> one.operation() + " " + one.key().replaceAll(".*\"text\":\"([^\"]*)\".*", "$1"))
                .toList();
    }

    /** What became of what, without the reason. */
    private List<String> handled() {
        return desk().handled(Integer.MAX_VALUE).stream()
                .map(one -> one.change().operation() + " " + one.outcome().split("[ ;:]")[0])
                .toList();
    }

    private List<String> rows() {
        return texts(
                        "SELECT CONCAT(n_id, ' ', COALESCE(CAST(n_parent AS CHAR(9)), 'null'), ' ', note) AS t FROM ledger ORDER BY n_id")
                .stream()
                .map(row -> row.replaceAll(" +", " "))
                .toList();
    }

    private List<String> texts(String sql) {
        return Jdbc.on(db.dataSource()).autocommit(tx -> tx.query(sql, row -> row.string("t")));
    }
}
