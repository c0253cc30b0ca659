package io.tallystick.xa.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcCall;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lost answers, zombies, killed sessions, restarted servers; and that callers share a write. Its own server, because it is killed. */
@Databases(settings = "max_connections=60")
class JdbcDecisionStoreFaultTest {

    private final TestDatabase database;
    private final Jdbc jdbc;
    private final HikariDataSource pool = new HikariDataSource();
    private final FaultyDataSource faulty;
    private final JdbcDecisionStore store;
    private final Life life;
    private long counter;

    JdbcDecisionStoreFaultTest(TestDatabase database) {
        this.database = database;
        this.jdbc = Jdbc.on(database.dataSource());
        Schema.of(jdbc).install("xa");
        database.execute("DELETE FROM tally_decision");
        pool.setDataSource(database.dataSource());
        pool.setMaximumPoolSize(4);
        this.faulty = FaultyDataSource.around(pool);
        this.store = JdbcDecisionStore.on("here", Jdbc.on(faulty, jdbc.dialect()), Duration.ofSeconds(60));
        this.life = store.register(1, 1, Duration.ofMinutes(1));
    }

    @AfterEach
    void tidy() {
        if (!database.isRunning()) {
            database.restart();
        }
        faulty.heal();
        store.close();
        pool.close();
    }

    private DecisionRecord decision() {
        Gtrid gtrid = new Gtrid(1, Gtrid.hash("here"), 1, life.epoch(), ++counter, Instant.EPOCH);
        return new DecisionRecord(
                gtrid,
                List.of(new DecisionRecord.Voted(new BranchXid(gtrid, 1, 2, 3), "orders", "uuid", "")),
                Instant.EPOCH);
    }

    private static boolean isDecision(JdbcCall call) {
        return call.mentions("INSERT INTO tally_decision");
    }

    @Test
    void a_lost_answer_is_unknown_and_the_tombstone_learns_that_it_was_stored() {
        DecisionRecord decision = decision();
        faulty.failOn(JdbcDecisionStoreFaultTest::isDecision, JdbcFault.lostReply());

        assertThatThrownBy(() -> store.commit(decision)).isInstanceOf(UnknownOutcomeException.class);

        assertThat(store.abort(decision.gtrid())).isEqualTo(Verdict.COMMIT);
    }

    @Test
    void a_lost_request_is_unknown_and_the_tombstone_keeps_it_from_being_stored() {
        DecisionRecord decision = decision();
        faulty.failOn(JdbcDecisionStoreFaultTest::isDecision, JdbcFault.lostRequest());

        assertThatThrownBy(() -> store.commit(decision)).isInstanceOf(UnknownOutcomeException.class);

        assertThat(store.abort(decision.gtrid())).isEqualTo(Verdict.ABORT);
        assertThat(store.commit(decision)).isEqualTo(Verdict.ABORT);
    }

    @Test
    void a_lost_answer_to_the_tombstone_is_asked_for_again() {
        DecisionRecord decision = decision();
        faulty.failOn(JdbcDecisionStoreFaultTest::isDecision, JdbcFault.lostReply());

        assertThatThrownBy(() -> store.abort(decision.gtrid())).isInstanceOf(UnknownOutcomeException.class);

        assertThat(store.abort(decision.gtrid())).isEqualTo(Verdict.ABORT);
    }

    @Test
    void without_a_connection_or_a_table_nothing_has_happened() {
        faulty.failOn(
                call -> call.method().equals("getConnection"),
                JdbcFault.refused("08001", 0).withError(call -> new SQLException("refused", "08001")));
        assertThatThrownBy(() -> store.commit(decision())).isInstanceOf(UnavailableException.class);
        database.execute("ALTER TABLE tally_decision RENAME TO tally_hidden");
        try {
            assertThatThrownBy(() -> store.commit(decision()))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("tally_decision");
            assertThatThrownBy(() -> store.abort(decision().gtrid())).isInstanceOf(UnavailableException.class);
        } finally {
            database.execute("ALTER TABLE tally_hidden RENAME TO tally_decision");
        }
    }

    @Test
    void the_tombstone_waits_for_a_decision_that_is_being_committed() throws SQLException {
        DecisionRecord decision = decision();
        try (Connection zombie = inserted(decision)) {
            CompletableFuture<Verdict> verdict = Background.supply(() -> store.abort(decision.gtrid()));
            awaitSomebodyWaits();
            assertThat(verdict).isNotDone();
            zombie.commit();
            assertThat(verdict.join()).isEqualTo(Verdict.COMMIT);
        }
    }

    @Test
    void the_tombstone_wins_when_that_decision_is_rolled_back() throws SQLException {
        DecisionRecord decision = decision();
        try (Connection zombie = inserted(decision)) {
            CompletableFuture<Verdict> verdict = Background.supply(() -> store.abort(decision.gtrid()));
            awaitSomebodyWaits();
            zombie.rollback();
            assertThat(verdict.join()).isEqualTo(Verdict.ABORT);
        }
    }

    @Test
    void the_tombstone_does_not_wait_for_ever_and_says_that_nothing_happened() throws SQLException {
        DecisionRecord decision = decision();
        try (Connection zombie = inserted(decision);
                JdbcDecisionStore hasty = JdbcDecisionStore.on("here", jdbc, Duration.ofSeconds(1))) {
            assertThatThrownBy(() -> hasty.abort(decision.gtrid())).isInstanceOf(UnavailableException.class);
            zombie.commit();
        }
        assertThat(store.abort(decision.gtrid())).isEqualTo(Verdict.COMMIT);
    }

    @Test
    void a_session_killed_between_the_insert_and_its_commit_leaves_the_tombstone_the_winner() throws SQLException {
        DecisionRecord decision = decision();
        try (Connection zombie = inserted(decision)) {
            CompletableFuture<Verdict> verdict = Background.supply(() -> store.abort(decision.gtrid()));
            awaitSomebodyWaits();
            killSessionOf(zombie);
            assertThat(verdict.join()).isEqualTo(Verdict.ABORT);
            assertThatThrownBy(zombie::commit).isInstanceOf(SQLException.class);
        }
        assertThat(store.lookup(decision.gtrid())).contains(Verdict.ABORT);
    }

    private Connection inserted(DecisionRecord decision) throws SQLException {
        Connection zombie = database.connect();
        zombie.setAutoCommit(false);
        try (Statement statement = zombie.createStatement()) {
            statement.execute(DecisionSql.insert(decision, jdbc.dialect()));
        }
        return zombie;
    }

    private void killSessionOf(Connection zombie) throws SQLException {
        try (Statement statement = zombie.createStatement();
                var rows = statement.executeQuery(
                        jdbc.dialect().isInnoDb() ? "SELECT connection_id()" : "SELECT pg_backend_pid()")) {
            rows.next();
            database.execute((jdbc.dialect().isInnoDb() ? "KILL " : "SELECT pg_terminate_backend(")
                    + rows.getLong(1)
                    + (jdbc.dialect().isInnoDb() ? "" : ")"));
        }
    }

    private void awaitSomebodyWaits() {
        String sql = jdbc.dialect().isInnoDb()
                ? "SELECT count(*) AS n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
                : "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        Awaitility.await()
                .until(() -> jdbc.autocommit(tx -> tx.queryOne(sql, row -> row.longValue("n")))
                                .orElseThrow()
                        > 0);
    }

    @Test
    void all_who_come_while_a_write_is_in_flight_share_the_next_one() throws SQLException {
        DecisionRecord first = decision();
        List<DecisionRecord> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            others.add(decision());
        }
        try (Connection holder = inserted(first)) {
            faulty.reset();
            CompletableFuture<Verdict> leader = Background.supply(() -> store.commit(first));
            awaitSomebodyWaits();
            List<CompletableFuture<Verdict>> followers = others.stream()
                    .map(decision -> Background.supply(() -> store.commit(decision)))
                    .toList();
            Awaitility.await().until(() -> store.waiting() == 20);
            holder.rollback();
            assertThat(leader.join()).isEqualTo(Verdict.COMMIT);
            assertThat(followers).allMatch(follower -> follower.join() == Verdict.COMMIT);
        }
        assertThat(faulty.log().stream().filter(JdbcDecisionStoreFaultTest::isDecision))
                .as("one for the first, one for all the others")
                .hasSize(2);
        assertThat(store.unfinished(1, 100)).hasSize(21);
    }

    @Test
    void a_tombstone_overrules_its_own_transaction_and_no_other_in_the_same_write() throws SQLException {
        DecisionRecord first = decision();
        List<DecisionRecord> others = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            others.add(decision());
        }
        store.abort(others.get(3).gtrid());
        store.abort(others.get(7).gtrid());
        List<Verdict> verdicts;
        try (Connection holder = inserted(first)) {
            var leader = Background.supply(() -> store.commit(first));
            awaitSomebodyWaits();
            List<CompletableFuture<Verdict>> followers = others.stream()
                    .map(decision -> Background.supply(() -> store.commit(decision)))
                    .toList();
            Awaitility.await().until(() -> store.waiting() == 10);
            holder.rollback();
            leader.join();
            verdicts = followers.stream().map(CompletableFuture::join).toList();
        }
        for (int i = 0; i < 10; i++) {
            assertThat(verdicts.get(i)).isEqualTo(i == 3 || i == 7 ? Verdict.ABORT : Verdict.COMMIT);
            assertThat(store.lookup(others.get(i).gtrid())).contains(verdicts.get(i));
        }
    }

    @Test
    void a_lost_answer_leaves_exactly_those_of_that_write_unknown() throws SQLException {
        DecisionRecord first = decision();
        List<DecisionRecord> others = List.of(decision(), decision(), decision());
        try (Connection holder = inserted(first)) {
            var leader = Background.supply(() -> store.commit(first));
            awaitSomebodyWaits();
            faulty.failOn(JdbcDecisionStoreFaultTest::isDecision, JdbcFault.lostReply());
            List<CompletableFuture<Verdict>> followers = others.stream()
                    .map(decision -> Background.supply(() -> store.commit(decision)))
                    .toList();
            Awaitility.await().until(() -> store.waiting() == 3);
            holder.rollback();
            assertThat(leader.join()).isEqualTo(Verdict.COMMIT);
            followers.forEach(follower -> assertThatThrownBy(follower::join)
                    .hasRootCauseInstanceOf(SQLException.class)
                    .hasCauseInstanceOf(UnknownOutcomeException.class));
        }
        others.forEach(decision -> assertThat(store.abort(decision.gtrid())).isEqualTo(Verdict.COMMIT));
        assertThat(store.commit(decision())).isEqualTo(Verdict.COMMIT);
    }

    @Test
    void a_server_that_dies_and_comes_back_has_all_that_it_acknowledged() {
        List<DecisionRecord> acknowledged = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            DecisionRecord decision = decision();
            store.commit(decision);
            acknowledged.add(decision);
        }
        DecisionRecord during = decision();
        database.kill();
        assertThatThrownBy(() -> store.commit(during))
                .isInstanceOfAny(UnknownOutcomeException.class, UnavailableException.class);
        database.restart();

        Awaitility.await().ignoreExceptions().until(() -> store.abort(during.gtrid()) == Verdict.ABORT);
        assertThat(store.unfinished(1, 100)).containsExactlyElementsOf(acknowledged);
        assertThat(store.renew(life, Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void ends_that_cannot_be_written_now_are_written_later() {
        DecisionRecord decision = decision();
        store.commit(decision);
        faulty.failOn(call -> call.mentions("DELETE FROM tally_decision"), JdbcFault.lostRequest());

        store.end(List.of(decision.gtrid()));

        Awaitility.await().until(() -> store.lookup(decision.gtrid()).isEmpty());
        assertThat(faulty.faults()).isEqualTo(1);
    }

    @Test
    void forgetting_is_not_forced_to_disk_on_PostgreSQL_and_the_session_stays_as_it_was() {
        DecisionRecord decision = decision();
        store.commit(decision);
        if (jdbc.dialect() == Dialect.POSTGRESQL) {
            List<String> during = jdbc.inTransaction(tx -> {
                DecisionRows.forget(tx, List.of(decision.gtrid()));
                return synchronousCommit(tx);
            });
            assertThat(during).containsExactly("off");
            assertThat(Jdbc.on(pool).<List<String>>inTransaction(JdbcDecisionStoreFaultTest::synchronousCommit))
                    .containsExactly("on");
        } else {
            jdbc.run(tx -> DecisionRows.forget(tx, List.of(decision.gtrid())));
        }
        assertThat(store.lookup(decision.gtrid())).isEmpty();
    }

    private static List<String> synchronousCommit(Tx tx) {
        return tx.query("SELECT current_setting('synchronous_commit') AS setting", row -> row.string("setting"));
    }
}
