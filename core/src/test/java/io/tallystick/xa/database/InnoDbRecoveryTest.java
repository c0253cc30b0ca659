package io.tallystick.xa.database;

import static io.tallystick.xa.database.InnoDbScene.BUDGET;
import static io.tallystick.xa.database.InnoDbScene.xid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Dialect;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.Vote;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prepared branches whose coordinator is gone, or only seems to be. */
@Databases({Engine.MARIADB, Engine.MYSQL})
class InnoDbRecoveryTest {

    private static final String WITHDRAW = "UPDATE account SET balance = balance - 10 WHERE id = 1";
    private static final String LOOK = "SELECT balance FROM account WHERE id = 1";

    private InnoDbScene scene;

    @BeforeEach
    void open(TestDatabase db) {
        scene = InnoDbScene.on(db);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void a_branch_that_its_coordinator_left_is_found_and_committed_by_name() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        String hint = hint(branch.prepare(xid, BUDGET));
        branch.release();
        assertThat(scene.prepared()).contains(xid);
        assertThat(scene.driver.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Done());
        assertThat(scene.balance()).isEqualTo(90);
        assertThat(scene.driver.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Absent());
    }

    @Test
    void a_branch_that_its_coordinator_left_is_rolled_back_by_name() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        String hint = hint(branch.prepare(xid, BUDGET));
        branch.release();
        assertThat(scene.driver.rollback(xid, hint, BUDGET)).isEqualTo(new Ack.Done());
        assertThat(scene.balance()).isEqualTo(100);
        assertThat(scene.driver.rollback(xid, hint, BUDGET)).isEqualTo(new Ack.Absent());
    }

    @Test
    void a_session_that_never_went_away_and_hides_its_branch_is_ended() throws SQLException {
        BranchXid xid = xid();
        try (Connection coordinator = scene.db.connect()) {
            ServerSession owner = session(coordinator, false);
            prepare(coordinator, xid, WITHDRAW, false);
            assertThat(scene.driver.commit(xid, owner.toString(), BUDGET)).isEqualTo(new Ack.Done());
            assertThat(scene.isAlive(owner.number())).isFalse();
            assertThat(scene.balance()).isEqualTo(90);
        }
    }

    @Test
    void a_session_that_only_has_the_same_number_is_left_alone() throws SQLException {
        BranchXid xid = xid();
        try (Connection coordinator = scene.db.connect()) {
            ServerSession owner = session(coordinator, false);
            prepare(coordinator, xid, WITHDRAW, false);
            String other = new ServerSession(owner.number(), "127.0.0.1:1", false).toString();
            assertThat(scene.driver.commit(xid, other, Duration.ofMillis(50))).isInstanceOf(Ack.Retry.class);
            assertThat(scene.isAlive(owner.number())).isTrue();
            XaWords words = new XaWords(InnoDbScene.dialect(scene.db));
            words.rollback(coordinator, xid);
        }
    }

    @Test
    void a_hidden_branch_of_which_no_session_is_known_is_never_taken_for_done() throws SQLException {
        BranchXid xid = xid();
        try (Connection coordinator = scene.db.connect()) {
            ServerSession other = session(coordinator, true);
            prepare(coordinator, xid, WITHDRAW, false);
            for (String hint : new String[] {"", "nonsense", other.toString()}) {
                assertThat(scene.driver.commit(xid, hint, BUDGET)).isInstanceOf(Ack.Retry.class);
                assertThat(scene.driver.rollback(xid, hint, BUDGET)).isInstanceOf(Ack.Retry.class);
            }
            assertThat(scene.prepared()).contains(xid);
            new XaWords(InnoDbScene.dialect(scene.db)).rollback(coordinator, xid);
        }
    }

    @Test
    void a_prepared_branch_that_only_read_ends_well_after_its_session() throws SQLException {
        for (boolean commit : new boolean[] {true, false}) {
            BranchXid xid = xid();
            Connection coordinator = scene.db.connect();
            long session = session(coordinator, true).number();
            prepare(coordinator, xid, LOOK, true);
            coordinator.close();
            await().until(() -> !scene.isAlive(session));
            Ack ack = commit ? scene.driver.commit(xid, "", BUDGET) : scene.driver.rollback(xid, "", BUDGET);
            assertThat(ack).isEqualTo(new Ack.Done());
            assertThat(scene.prepared()).doesNotContain(xid);
        }
    }

    @Test
    void branches_of_strangers_are_not_ours() throws SQLException {
        BranchXid xid = xid();
        List<BranchXid> before = scene.prepared();
        try (Connection stranger = scene.db.connect()) {
            for (String name : new String[] {"'gtrid','bqual',1", "'gtrid','bqual'," + BranchXid.FORMAT}) {
                XaWords.execute(stranger, "XA START " + name);
                XaWords.execute(stranger, WITHDRAW);
                XaWords.execute(stranger, "XA END " + name);
                XaWords.execute(stranger, "XA PREPARE " + name);
                assertThat(scene.prepared()).isEqualTo(before);
                assertThat(scene.driver.rollback(xid, "", BUDGET)).isEqualTo(new Ack.Absent());
                XaWords.execute(stranger, "XA ROLLBACK " + name);
            }
        }
    }

    @Test
    void a_commit_that_waits_for_a_backup_is_asked_again_and_no_heuristic() throws SQLException {
        BranchXid xid = xid();
        try (InnoDbScene hasty = InnoDbScene.on(
                        scene.db, scene.db.dataSource(), InnoDbScene.settings().withLock(Duration.ofSeconds(1)));
                Connection backup = scene.db.connect()) {
            JdbcBranch branch = hasty.withdrawing(xid);
            String hint = hint(branch.prepare(xid, BUDGET));
            branch.release();
            XaWords.execute(backup, "SET SESSION lock_wait_timeout = 5");
            XaWords.execute(backup, "FLUSH TABLES WITH READ LOCK");
            assertThat(hasty.driver.commit(xid, hint, BUDGET)).isInstanceOf(Ack.Retry.class);
            assertThat(hasty.prepared()).contains(xid);
            XaWords.execute(backup, "UNLOCK TABLES");
            assertThat(hasty.driver.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Done());
            assertThat(hasty.balance()).isEqualTo(90);
        }
    }

    @Test
    void the_server_itself_ends_a_session_that_stays_in_a_transaction_for_too_long() throws SQLException {
        PoolSettings brief =
                new PoolSettings("stock", 4, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(1));
        BranchXid xid = xid();
        try (InnoDbScene hasty = InnoDbScene.on(scene.db, scene.db.dataSource(), brief)) {
            JdbcBranch forgotten = await().ignoreExceptionsInstanceOf(SQLException.class)
                    .until(() -> hasty.withdrawing(null), Objects::nonNull);
            long session = ServerSession.parse(((InnoDbBranch) forgotten).session())
                    .orElseThrow()
                    .number();
            await().until(() -> !hasty.isAlive(session));
            JdbcBranch branch = preparedInTime(hasty, xid);
            // nobody tells the session: a vanished coordinator, prepared, without a hint
            await().until(() -> scene.driver.commit(xid, "", BUDGET).equals(new Ack.Done()));
            assertThat(hasty.balance()).isEqualTo(90);
            forgotten.release();
            branch.release();
        }
    }

    /** On a busy machine the server may end its session before it is prepared; then nothing has happened. */
    private static JdbcBranch preparedInTime(InnoDbScene hasty, BranchXid xid) {
        return await().ignoreExceptionsInstanceOf(SQLException.class)
                .until(
                        () -> {
                            JdbcBranch branch = hasty.withdrawing(xid);
                            if (branch.prepare(xid, BUDGET) instanceof Vote.Prepared) {
                                return branch;
                            }
                            branch.release();
                            return null;
                        },
                        Objects::nonNull);
    }

    private void prepare(Connection connection, BranchXid xid, String work, boolean detach) throws SQLException {
        if (InnoDbScene.dialect(scene.db) == Dialect.MYSQL) {
            XaWords.execute(connection, "SET SESSION xa_detach_on_prepare = " + (detach ? "ON" : "OFF"));
        }
        XaWords words = new XaWords(InnoDbScene.dialect(scene.db));
        words.start(connection, xid);
        XaWords.execute(connection, work);
        words.endAndPrepare(connection, xid);
    }

    private ServerSession session(Connection connection, boolean detaches) throws SQLException {
        PoolSettings settings = InnoDbScene.settings();
        String id = new InnoDbSessions(InnoDbScene.dialect(scene.db), settings, database -> {})
                .begin(connection)
                .id();
        ServerSession session = ServerSession.parse(id).orElseThrow();
        return new ServerSession(session.number(), session.client(), detaches);
    }

    private static String hint(Vote vote) {
        assertThat(vote).isInstanceOf(Vote.Prepared.class);
        return ((Vote.Prepared) vote).hint();
    }
}
