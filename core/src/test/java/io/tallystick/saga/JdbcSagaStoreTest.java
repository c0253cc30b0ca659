package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;

/** The contract on real databases, and what only they can show: waiting, lost answers, their clock. */
@Databases
class JdbcSagaStoreTest extends SagaStoreContract {

    private final TestDatabase database;
    private final Jdbc jdbc;

    JdbcSagaStoreTest(TestDatabase database) {
        this.database = database;
        this.jdbc = Jdbc.on(database.dataSource());
        Schema.of(jdbc).install("saga");
    }

    @Override
    SagaStore openStore() {
        return SagaStore.of(jdbc);
    }

    @Override
    SagaLedger openLedger() {
        return SagaLedger.of(jdbc);
    }

    @Override
    Jdbc application() {
        return jdbc;
    }

    @Test
    void the_schema_is_whole() {
        assertThat(Schema.of(jdbc).problems("saga")).isEmpty();
    }

    @Test
    void the_clock_is_the_databases() {
        Instant clock = jdbc.autocommit(
                tx -> tx.queryOne("SELECT " + tx.dialect().now() + " AS clock", row -> row.instant("clock"))
                        .orElseThrow());
        assertThat(store.now()).isAfterOrEqualTo(clock);
        assertThat(store.renew(lease, Duration.ofHours(1)).until()).isAfter(clock.plus(Duration.ofMinutes(59)));
    }

    @Test
    void an_engine_that_dies_again_and_again_uses_slots_that_have_rested_for_minutes() {
        try (UsedSlots slots = new UsedSlots()) {
            slots.useAll(Duration.ofMinutes(20));
            List<CompletableFuture<SagaStore.Lease>> joining = IntStream.range(0, 8)
                    .mapToObj(i -> Background.supply(() -> store.join("looping", LONG)))
                    .toList();

            List<SagaStore.Lease> joined =
                    joining.stream().map(CompletableFuture::join).toList();

            assertThat(joined).extracting(SagaStore.Lease::engine).doesNotHaveDuplicates();
            assertThat(joined).allMatch(one -> one.engine() > slots.before && one.epoch() == 2);
            assertThat(joined).allMatch(one -> store.renew(one, LONG).epoch() == 2);
        }
    }

    @Test
    void the_slot_that_has_rested_longest_is_used_first_and_none_that_still_has_a_saga() {
        try (UsedSlots slots = new UsedSlots()) {
            SagaStore.NewSaga left = start("left-behind");
            SagaStore.Lease owner = store.join("owner", LONG);
            store.write(owner, starts(left));
            slots.useAll(Duration.ofMinutes(20));
            slots.rest(owner.engine(), Duration.ofMinutes(40));
            slots.rest(900, Duration.ofMinutes(30));

            assertThat(store.join("next", LONG).engine()).isEqualTo(900);
            assertThat(store.load(left.head().id()).orElseThrow().owner()).isEqualTo(owner.engine());
            store.write(
                    owner,
                    changes(new SagaStore.StatusChange(left.head().id(), SagaStatus.COMPENSATED, instant(), null)));
        }
    }

    @Test
    void when_no_slot_has_rested_long_enough_an_engine_is_told_what_to_look_for() {
        try (UsedSlots slots = new UsedSlots()) {
            slots.useAll(Duration.ofMinutes(2));
            assertThatThrownBy(() -> store.join("one too many", LONG))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("all 1024 engine slots")
                    .hasMessageContaining("try again in a few minutes")
                    .hasMessageContaining("SELECT name, count(*)");
        }
    }

    /** Engines that were there before, and are gone. */
    private final class UsedSlots implements AutoCloseable {
        final int before = jdbc.autocommit(
                        tx -> tx.queryOne("SELECT max(id) AS last FROM tally_engine", row -> row.intValue("last")))
                .orElseThrow();

        void useAll(Duration rested) {
            jdbc.run(tx -> {
                int next = tx.queryOne("SELECT max(id) AS last FROM tally_engine", row -> row.intValue("last"))
                                .orElseThrow()
                        + 1;
                for (int slot = next; slot < 1024; slot++) {
                    String sql = "INSERT INTO tally_engine (id, name, epoch, lease_until, joined_at, ended_at) VALUES"
                            + " (?, 'looping', 1, " + tx.dialect().nowPlusMicros() + ", "
                            + tx.dialect().now() + ", " + tx.dialect().now() + ")";
                    tx.update(sql, slot, -rested.toNanos() / 1000);
                }
            });
        }

        void rest(int slot, Duration rested) {
            jdbc.run(tx -> tx.update(
                    "UPDATE tally_engine SET lease_until = " + tx.dialect().nowPlusMicros() + " WHERE id = ?",
                    -rested.toNanos() / 1000,
                    slot));
        }

        @Override
        public void close() {
            jdbc.run(tx -> tx.update("DELETE FROM tally_engine WHERE id > ?", before));
        }
    }

    @Test
    void taking_over_waits_for_the_batch_in_flight() throws Exception {
        SagaStore.NewSaga start = start("in-flight");
        store.write(lease, starts(start));
        SagaStore.Lease zombie = store.renew(lease, RUN_OUT);
        SagaStore.Lease heir = store.join("heir", LONG);
        CountDownLatch fenced = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        // what the batch's statement does first, and holds until it commits
        CompletableFuture<Void> batch = Background.run(() -> jdbc.run(tx -> {
            tx.query(
                    "SELECT epoch FROM tally_engine WHERE id = ? AND epoch = ?"
                            + (tx.dialect().isInnoDb() ? " LOCK IN SHARE MODE" : " FOR SHARE"),
                    row -> row.longValue("epoch"),
                    zombie.engine(),
                    zombie.epoch());
            fenced.countDown();
            go.await();
        }));
        fenced.await();
        CompletableFuture<Integer> takeOver = Background.supply(() -> store.takeOver(heir));

        Awaitility.await().pollDelay(Duration.ofMillis(50)).until(this::somebodyWaits);
        assertThat(store.load(start.head().id()).orElseThrow().owner()).isEqualTo(zombie.engine());
        assertThat(takeOver).isNotDone();
        go.countDown();
        batch.join();

        assertThat(takeOver.join()).isGreaterThanOrEqualTo(1);
        assertThat(store.load(start.head().id()).orElseThrow().owner()).isEqualTo(heir.engine());
    }

    private boolean somebodyWaits() {
        String sql = jdbc.dialect().isInnoDb()
                ? "SELECT count(*) AS n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
                : "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        return jdbc.autocommit(tx -> tx.queryOne(sql, row -> row.longValue("n")).orElseThrow()) > 0;
    }

    @Test
    void a_start_whose_key_somebody_has_not_committed_yet_does_not_hold_up_the_engine() throws Exception {
        SagaStore.NewSaga first = start("uncommitted");
        SagaStore.NewSaga second = start("uncommitted");
        try (Connection caller = database.connect()) {
            caller.setAutoCommit(false);
            store.startIn(Tx.of(caller, jdbc.dialect()), lease, first);

            SagaStore impatient = impatient();
            assertThatThrownBy(() -> impatient.write(lease, starts(second))).isInstanceOf(ConflictException.class);
            assertThatThrownBy(() -> store.writeHardlyWaiting(lease, starts(second)))
                    .isInstanceOf(ConflictException.class);

            caller.commit();
        }
        assertThat(store.write(lease, starts(second)).existing())
                .isEqualTo(Map.of(second.head().id(), first.head().id()));
    }

    /** MySQL cannot limit the wait of one statement; a pool does it for the session. */
    private SagaStore impatient() throws SQLException {
        if (jdbc.dialect() != Dialect.MYSQL) {
            return store;
        }
        MariaDbDataSource source =
                new MariaDbDataSource(database.url() + "?sessionVariables=innodb_lock_wait_timeout=1");
        source.setUser(database.user());
        source.setPassword(database.password());
        return SagaStore.of(Jdbc.on(source));
    }

    @Test
    void a_saga_that_is_committed_after_its_engine_was_taken_over_is_found_by_the_next_take_over() throws Exception {
        SagaStore.NewSaga late = start("late");
        SagaStore.Lease heir = store.join("heir", LONG);
        try (Connection caller = database.connect()) {
            caller.setAutoCommit(false);
            store.startIn(Tx.of(caller, jdbc.dialect()), lease, late);
            store.renew(lease, RUN_OUT);
            store.takeOver(heir);
            caller.commit();
        }
        assertThat(store.load(late.head().id()).orElseThrow().owner()).isEqualTo(lease.engine());
        store.takeOver(heir);
        assertThat(store.load(late.head().id()).orElseThrow().owner()).isEqualTo(heir.engine());
    }

    @Test
    void after_a_lost_answer_to_a_batch_the_last_number_tells_whether_it_was_stored() {
        SagaStore.NewSaga start = start("lost");
        SagaId id = start.head().id();
        store.write(lease, starts(start));
        SagaStore losing = losingAnswers();

        assertThatThrownBy(() -> losing.write(lease, events(event(id, 1, done("book")))))
                .isInstanceOf(UnknownOutcomeException.class);
        assertThat(store.lastSeq(id)).contains(1);

        assertThatThrownBy(() -> losing.together(lease, tx -> events(event(id, 2, done("remit")))))
                .isInstanceOf(UnknownOutcomeException.class);
        assertThat(store.lastSeq(id)).contains(2);
    }

    @Test
    void a_store_that_cannot_be_reached_says_that_nothing_happened() {
        SagaStore unreachable = SagaStore.of(Jdbc.on(
                proxy(DataSource.class, database.dataSource(), (name, self) -> {
                    if (name.equals("getConnection")) {
                        throw new SQLException("connection refused", "08001");
                    }
                }),
                jdbc.dialect()));
        assertThatThrownBy(() -> unreachable.lastSeq(newId())).isInstanceOf(UnavailableException.class);
    }

    @Test
    void the_view_tells_the_history_in_words() {
        SagaStore.NewSaga start = start("words");
        store.write(lease, starts(start));
        store.write(lease, events(event(start.head().id(), 1, done("book"))));
        List<String> told = jdbc.autocommit(tx -> tx.query(
                "SELECT what, step, phase FROM tally_saga_history WHERE saga_id = ? ORDER BY seq",
                row -> row.string("what") + " " + row.text("step") + " " + row.text("phase"),
                start.head().id().value()));
        assertThat(told).containsExactly("started null null", "step done book action");
    }

    /** The database does what it is told; the answer to what commits does not arrive. */
    private SagaStore losingAnswers() {
        DataSource real = database.dataSource();
        DataSource losing = proxy(DataSource.class, real, (name, self) -> {});
        return SagaStore.of(Jdbc.on(losing, jdbc.dialect()));
    }

    /** Runs after the call on the real object. */
    private interface After {
        void call(String method, Object self) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T real, After after) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    after.call(method.getName(), real);
                    if (result instanceof Connection connection) {
                        return proxy(Connection.class, connection, JdbcSagaStoreTest::loseCommit);
                    }
                    if (result instanceof PreparedStatement statement && type == Connection.class) {
                        String sql = String.valueOf(arguments[0]);
                        boolean commits = sql.contains("fence");
                        return proxy(
                                PreparedStatement.class,
                                statement,
                                commits ? JdbcSagaStoreTest::lose : (name, one) -> {});
                    }
                    if (result instanceof Statement statement && type == Connection.class) {
                        // only a batch in MariaDB is no prepared statement
                        return proxy(Statement.class, statement, JdbcSagaStoreTest::lose);
                    }
                    return result;
                }));
    }

    private static void loseCommit(String method, Object connection) throws SQLException {
        if (method.equals("commit")) {
            lose("execute", connection);
        }
    }

    private static void lose(String method, Object self) throws SQLException {
        if (method.startsWith("execute")) {
            throw new SQLException("connection reset", "08006");
        }
    }
}
