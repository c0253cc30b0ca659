package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.testkit.crash.FaultSweep;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mariadb.jdbc.MariaDbDataSource;

/** What only a batch with its values written into the text can get wrong: quoting, lengths, and what a failed one leaves behind. */
@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        settings = "max-allowed-packet=1M")
class InnoDbSagaWriterTest {

    private static final int PACKET = 1 << 20;

    private static final List<String> AWKWARD = List.of(
            "it's",
            "\"double\" `back`",
            "\\",
            "\\' ; COMMIT; DROP TABLE tally_saga_event; -- ",
            "'); DROP TABLE tally_saga_event; -- ",
            "X'41' 0x41 ? :name @v {fn now()} {d '2020-01-01'} %s $$ /*! SELECT 1 */ # --",
            "tab\t line\r\n end",
            "\u0001\u007f\u0080\u00ff",
            "송금 오류 🏦 é",
            "\u0160\\\u00b9' 表 ソ");

    private final TestDatabase database;
    private final Jdbc jdbc;

    InnoDbSagaWriterTest(TestDatabase database) {
        this.database = database;
        this.jdbc = Jdbc.on(database.dataSource());
        Schema.of(jdbc).install("saga");
    }

    static Stream<String> sessions() {
        return Stream.of(
                "",
                "sql_mode='NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'",
                "sql_mode='ANSI_QUOTES,PIPES_AS_CONCAT'",
                "sql_mode=''",
                "time_zone='+09:00'");
    }

    /** A connection that has rested, on a busy machine, for half a second is asked whether it lives; that would be counted, too. */
    @BeforeAll
    static void askForNoSignOfLife() {
        System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "600000");
    }

    @AfterAll
    static void askAsEver() {
        System.clearProperty("com.zaxxer.hikari.aliveBypassWindowMs");
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void every_text_is_read_as_it_was_written_whatever_the_session_is_like(String session) throws SQLException {
        Scene scene = new Scene(session.isEmpty() ? jdbc : Jdbc.on(source("?sessionVariables=" + session)));
        Scene reading = new Scene(jdbc);
        for (String text : AWKWARD) {
            SagaHead head = scene.head(text + session.hashCode(), text, new SagaHead.Parent(Scene.newId(), text));
            SagaStore.NewSaga start = Scene.saga(head, text);
            List<SagaStore.StoredEvent> events = List.of(
                    scene.event(head.id(), 1, new SagaEvent.StepDone(SagaStoreContract.token(text, 1), text)),
                    scene.event(head.id(), 2, new SagaEvent.StepUnknown(SagaStoreContract.token("b", 1), text, true)));

            scene.store.write(
                    scene.lease, new SagaStore.Batch(List.of(start), events.subList(0, 1), List.of(), List.of()));
            together(scene, SagaStoreContract.events(events.get(1)));

            SagaStore.StoredSaga found = reading.store.load(head.id()).orElseThrow();
            assertThat(found.start()).as("start with <%s>", text).isEqualTo(start);
            assertThat(found.events()).as("events with <%s>", text).isEqualTo(events);
        }
    }

    private static void together(Scene scene, SagaStore.Batch batch) {
        try {
            scene.store.together(scene.lease, tx -> batch);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_refusal_of_a_request_is_read_as_it_was_written() {
        Scene scene = new Scene(jdbc);
        SagaStore.NewSaga start = scene.start("refused", "{}");
        scene.store.write(scene.lease, SagaStoreContract.starts(start));
        SagaLedger ledger = SagaLedger.of(jdbc);
        for (String text : AWKWARD) {
            long request = ledger.request(start.head().id(), new SagaEvent.CancelRequested("shop", text));
            scene.store.write(scene.lease, SagaStoreContract.verdicts(new SagaStore.Verdict(request, text)));
            assertThat(ledger.answer(request).orElseThrow().refusal()).isEqualTo(text);
        }
    }

    @Test
    void a_batch_longer_than_one_packet_is_stored_in_parts_and_whole() {
        Scene scene = new Scene(jdbc);
        // each fits, also as hexadecimal digits, and all together do not
        List<SagaStore.NewSaga> starts = Stream.of("l1", "l2", "l3", "l4")
                .map(key -> scene.start(key, "é".repeat(PACKET / 6)))
                .toList();

        scene.store.write(scene.lease, new SagaStore.Batch(starts, List.of(), List.of(), List.of()));

        starts.forEach(start -> assertThat(
                        scene.store.load(start.head().id()).orElseThrow().start())
                .isEqualTo(start));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\"", "é", "송", "🏦"})
    void what_no_packet_can_carry_is_refused_and_does_not_look_like_a_database_that_is_away(String text) {
        Scene scene = new Scene(jdbc);
        SagaStore.NewSaga start = scene.start("small" + text.hashCode(), "{}");
        SagaId id = start.head().id();
        scene.store.write(scene.lease, SagaStoreContract.starts(start));
        String data = text.repeat(PACKET + 1);

        assertThatThrownBy(() -> scene.store.write(
                        scene.lease, SagaStoreContract.starts(scene.start("huge" + text.hashCode(), data))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("max_allowed_packet of " + PACKET);
        SagaStore.Batch event = SagaStoreContract.events(
                scene.event(id, 1, new SagaEvent.StepDone(SagaStoreContract.token("book", 1), data)));
        assertThatThrownBy(() -> scene.store.write(scene.lease, event)).isInstanceOf(RejectedException.class);
        assertThatThrownBy(() -> scene.store.together(scene.lease, tx -> event)).isInstanceOf(RejectedException.class);
        assertThat(scene.store.lastSeq(id)).contains(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {PACKET / 2 - 3000, PACKET / 2, PACKET - 6000})
    void what_a_packet_just_carries_is_stored(int length) {
        Scene scene = new Scene(jdbc);
        String data = "'".repeat(length / 4) + "y".repeat(length / 2);
        SagaStore.NewSaga start = scene.start("just-" + length, data);
        scene.store.write(scene.lease, SagaStoreContract.starts(start));
        assertThat(scene.store.load(start.head().id()).orElseThrow().start().payload())
                .isEqualTo(data);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_batch_that_fails_leaves_no_transaction_open_on_its_connection(boolean autocommit) throws Exception {
        try (HikariDataSource pool = pool(autocommit, 2)) {
            Scene scene = new Scene(Jdbc.on(pool));
            SagaStore.NewSaga stored = scene.start("stored-" + autocommit, "{}");
            SagaId id = stored.head().id();
            SagaStore.StoredEvent first = scene.event(id, 1, SagaStoreContract.done("book"));
            scene.store.write(scene.lease, SagaStoreContract.starts(stored));
            scene.store.write(scene.lease, SagaStoreContract.events(first));
            SagaStore.NewSaga other = scene.start("other-" + autocommit, "{}");

            // the start goes well, the event's number is taken
            SagaStore.Batch bad = new SagaStore.Batch(List.of(other), List.of(first), List.of(), List.of());
            assertThatThrownBy(() -> scene.store.write(scene.lease, bad)).isInstanceOf(ConflictException.class);
            assertThat(openTransactions()).as("after write").isZero();
            SagaStore.StoredEvent fine = scene.event(other.head().id(), 1, SagaStoreContract.done("book"));
            SagaStore.Batch badEnd = new SagaStore.Batch(List.of(), List.of(fine, first), List.of(), List.of());
            assertThatThrownBy(() -> scene.store.together(scene.lease, tx -> badEnd))
                    .isInstanceOf(ConflictException.class);
            assertThat(openTransactions()).as("after together").isZero();

            assertThat(scene.store.load(other.head().id())).isEmpty();
            assertThat(scene.store.lastSeq(id)).contains(1);
            scene.store.write(scene.lease, SagaStoreContract.starts(other));
            assertThat(scene.store.load(other.head().id())).isPresent();
        }
    }

    private long openTransactions() {
        return jdbc.autocommit(tx -> tx.queryOne(
                        "SELECT count(*) AS n FROM information_schema.innodb_trx", row -> row.longValue("n")))
                .orElseThrow();
    }

    @Test
    void a_batch_in_mariadb_is_one_round_trip_whatever_the_pool_sets() throws Exception {
        try (Connection meter = database.connect()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                long expected = database.engine() == Engine.MARIADB ? 1 : statements(autocommit);
                assertThat(questionsOfABatch(meter, autocommit))
                        .as("autocommit %s", autocommit)
                        .isEqualTo(expected);
            }
        }
    }

    private long questionsOfABatch(Connection meter, boolean autocommit) throws SQLException {
        // one connection: a second one, made beside the test, would say something to the server, too
        try (HikariDataSource pool = pool(autocommit, 1)) {
            Scene scene = new Scene(Jdbc.on(pool));
            SagaStore.NewSaga first = scene.start("trip-1-" + autocommit, "{}");
            scene.store.write(scene.lease, SagaStoreContract.starts(first));
            SagaStore.Batch mixed = scene.mixed(first.head().id(), "trip-2-" + autocommit);
            long before = questions(meter);
            scene.store.write(scene.lease, mixed);
            return questions(meter) - before - 1;
        }
    }

    /** Starts, events, changes, COMMIT; a pool without these settings makes and unmakes autocommit and isolation. */
    private static long statements(boolean autocommit) {
        return autocommit ? 8 : 4;
    }

    private static long questions(Connection meter) throws SQLException {
        try (Statement statement = meter.createStatement();
                ResultSet row = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Questions'")) {
            row.next();
            return row.getLong(2);
        }
    }

    @Test
    void wherever_the_connection_is_lost_a_batch_is_stored_whole_or_not_at_all() {
        sweep(JdbcFault.lostReply(), "reply");
        sweep(JdbcFault.lostRequest(), "request");
    }

    private void sweep(JdbcFault fault, String name) {
        Scene scene = new Scene(jdbc);
        int[] run = {0};
        int points = FaultSweep.over(database.dataSource(), fault, source -> {
            String key = name + run[0]++;
            SagaStore.NewSaga first = scene.start(key, "{}");
            scene.store.write(scene.lease, SagaStoreContract.starts(first));
            SagaStore.Batch mixed = scene.mixed(first.head().id(), key + "-b");
            SagaId second = mixed.starts().get(0).head().id();
            SagaStore losing = SagaStore.of(Jdbc.on(source, jdbc.dialect()));
            boolean sure = false;
            try {
                losing.define(SagaStoreContract.TRANSFER);
                losing.write(scene.lease, mixed);
                sure = true;
            } catch (UnknownOutcomeException e) {
                sure = scene.store.load(second).isPresent();
            } catch (UnavailableException e) {
                assertThat(scene.store.load(second)).as("after %s", e).isEmpty();
            }
            assertThat(scene.store.lastSeq(second)).isEqualTo(sure ? Optional.of(1) : Optional.empty());
            assertThat(scene.store.lastSeq(first.head().id())).contains(sure ? 1 : 0);
            assertThat(scene.store.load(first.head().id()).orElseThrow().start().status())
                    .isEqualTo(sure ? SagaStatus.COMPLETED : SagaStatus.RUNNING);
        });
        assertThat(points).isGreaterThan(2);
    }

    private HikariDataSource pool(boolean autocommit, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(connections);
        config.setAutoCommit(autocommit);
        if (!autocommit) {
            config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        }
        return new HikariDataSource(config);
    }

    private MariaDbDataSource source(String parameters) throws SQLException {
        MariaDbDataSource source = new MariaDbDataSource(database.url() + parameters);
        source.setUser(database.user());
        source.setPassword(database.password());
        return source;
    }

    /** A store with an engine, and rows for it. */
    private static final class Scene {
        final SagaStore store;
        final SagaStore.Lease lease;

        Scene(Jdbc jdbc) {
            this.store = SagaStore.of(jdbc);
            store.define(SagaStoreContract.TRANSFER);
            this.lease = store.join("engine", SagaStoreContract.LONG);
        }

        static SagaId newId() {
            return SagaStoreContract.newId();
        }

        SagaHead head(String key, String correlation, SagaHead.Parent parent) {
            return new SagaHead(newId(), key, correlation, now(), parent);
        }

        Instant now() {
            return store.now().truncatedTo(ChronoUnit.MICROS);
        }

        SagaStore.NewSaga start(String key, String payload) {
            SagaId id = newId();
            return saga(new SagaHead(id, key, id.toString(), now(), null), payload);
        }

        static SagaStore.NewSaga saga(SagaHead head, String payload) {
            return new SagaStore.NewSaga(
                    head, "transfer", SagaStoreContract.TRANSFER.hash(), payload, SagaStatus.RUNNING);
        }

        SagaStore.StoredEvent event(SagaId saga, int seq, SagaEvent event) {
            return new SagaStore.StoredEvent(saga, seq, now(), event);
        }

        /** A start with an event, and an event and the end of a saga that is there. */
        SagaStore.Batch mixed(SagaId there, String key) {
            SagaStore.NewSaga start = start(key, "{}");
            return new SagaStore.Batch(
                    List.of(start),
                    List.of(
                            event(start.head().id(), 1, SagaStoreContract.done("book")),
                            event(there, 1, SagaStoreContract.done("book"))),
                    List.of(new SagaStore.StatusChange(there, SagaStatus.COMPLETED, now(), null)),
                    List.of());
        }
    }
}
