package io.tallystick.xa.database;

import static io.tallystick.xa.database.InnoDbScene.BUDGET;
import static io.tallystick.xa.database.InnoDbScene.decision;
import static io.tallystick.xa.database.InnoDbScene.execute;
import static io.tallystick.xa.database.InnoDbScene.xid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.Direction;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions killed between any two calls, replies that are lost, and connections that only seem to be open. */
@Databases({Engine.MARIADB, Engine.MYSQL})
class InnoDbLostConnectionTest {

    private static final Duration BRIEF = Duration.ofSeconds(1);

    private FaultProxy proxy;
    private InnoDbScene scene;

    @BeforeEach
    void open(TestDatabase db) throws SQLException {
        TestDatabase own = db.createDatabase();
        proxy = FaultProxy.to(own.host(), own.port());
        scene = InnoDbScene.on(own, InnoDbScene.through(own, proxy.port()), InnoDbScene.settings());
    }

    @AfterEach
    void close() {
        proxy.heal();
        scene.close();
        proxy.close();
    }

    @Test
    void killed_before_its_work_the_application_hears_it_and_nothing_happened() throws SQLException {
        for (BranchXid xid : new BranchXid[] {null, xid()}) {
            JdbcBranch branch = scene.open(xid);
            kill(branch);
            assertThatThrownBy(() -> execute(branch, "DELETE FROM account")).isInstanceOf(SQLException.class);
            assertThat(branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
            branch.release();
        }
        assertThat(scene.balance()).isEqualTo(100);
    }

    @Test
    void killed_before_prepare_it_votes_nothing_and_leaves_nothing() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        kill(branch);
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOfAny(Vote.Unknown.class, Vote.No.class);
        assertThat(branch.rollback(BUDGET)).isInstanceOfAny(Ack.Absent.class, Ack.Done.class);
        branch.release();
        assertThat(scene.prepared()).doesNotContain(xid);
        assertThat(scene.balance()).isEqualTo(100);
    }

    @Test
    void killed_before_its_last_word_it_is_never_said_to_be_committed() throws SQLException {
        for (BranchXid xid : new BranchXid[] {null, xid()}) {
            BranchXid other = xid();
            JdbcBranch branch = scene.withdrawing(xid);
            kill(branch);
            assertThat(branch.commitAlone(decision(other), BUDGET)).isInstanceOf(LastWord.Unknown.class);
            branch.release();
            assertThat(scene.decisions(other)).isZero();
        }
        assertThat(scene.balance()).isEqualTo(100);
    }

    @Test
    void killed_after_prepare_it_is_finished_on_another_connection() throws SQLException {
        for (boolean commit : new boolean[] {true, false}) {
            BranchXid xid = xid();
            JdbcBranch branch = scene.withdrawing(xid);
            assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
            killOwner(branch);
            assertThat(commit ? branch.commit(BUDGET) : branch.rollback(BUDGET)).isInstanceOf(Ack.Retry.class);
            assertThat(commit ? branch.commit(BUDGET) : branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
            branch.release();
            assertThat(scene.prepared()).doesNotContain(xid);
        }
        assertThat(scene.balance()).isEqualTo(90);
    }

    @Test
    void a_lost_answer_to_prepare_is_an_unknown_vote_and_the_branch_can_be_rolled_back() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        proxy.dropReplyTo("XA PREPARE");
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Unknown.class);
        assertThat(proxy.droppedReplies()).isOne();
        // MySQL gets END and PREPARE one after the other, and the reset may come between them
        await().untilAsserted(() -> {
            assertThat(branch.rollback(BUDGET)).isInstanceOfAny(Ack.Done.class, Ack.Absent.class);
            assertThat(scene.prepared()).doesNotContain(xid);
        });
        branch.release();
        assertThat(scene.balance()).isEqualTo(100);
    }

    @Test
    void a_lost_answer_to_the_last_word_is_unknown_although_everything_is_there() throws SQLException {
        BranchXid other = xid();
        JdbcBranch branch = scene.withdrawing(null);
        proxy.dropReplyTo("COMMIT");
        assertThat(branch.commitAlone(decision(other), BUDGET)).isInstanceOf(LastWord.Unknown.class);
        branch.release();
        assertThat(scene.decisions(other)).isOne();
        assertThat(scene.balance()).isEqualTo(90);
    }

    @Test
    void a_lost_answer_of_a_named_branch_is_unknown_and_its_rows_and_its_decision_agree() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        // MySQL gets the last words one after the other, and the reset may come between them
        proxy.dropReplyTo("COMMIT");
        assertThat(branch.commitAlone(decision(xid), BUDGET)).isInstanceOf(LastWord.Unknown.class);
        branch.release();
        assertThat(scene.balanceAndWhatWasDecided(xid)).isEqualTo(100);
    }

    @Test
    void a_lost_answer_to_commit_is_asked_for_again() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
        proxy.dropReplyTo("XA COMMIT");
        assertThat(branch.commit(BUDGET)).isInstanceOf(Ack.Retry.class);
        // its session has answered, and ends a moment later
        await().untilAsserted(() -> assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Absent()));
        branch.release();
        assertThat(scene.balance()).isEqualTo(90);
    }

    @Test
    void a_half_open_connection_costs_no_more_than_the_budget_and_its_branch_is_rolled_back() throws SQLException {
        BranchXid xid = xid();
        // while nothing answers, it waits for a connection until it is told that there is none
        PoolSettings brief = InnoDbScene.settings().withBorrow(BRIEF);
        try (InnoDbScene hasty = InnoDbScene.on(scene.db, InnoDbScene.through(scene.db, proxy.port()), brief)) {
            JdbcBranch branch = hasty.withdrawing(xid);
            // the request arrives, the branch is prepared, its session waits for ever and hides it
            proxy.swallow(Direction.REPLIES);
            assertThat(branch.prepare(xid, BRIEF)).isInstanceOf(Vote.Unknown.class);
            assertThat(branch.rollback(BRIEF)).isInstanceOf(Ack.Retry.class);
            proxy.heal();
            await().until(() -> branch.rollback(BUDGET), ack -> ack instanceof Ack.Done || ack instanceof Ack.Absent);
            branch.release();
        }
        assertThat(scene.prepared()).doesNotContain(xid);
        assertThat(scene.balance()).isEqualTo(100);
    }

    @Test
    void told_by_name_it_costs_no_more_than_the_budget_although_no_connection_is_to_be_had() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
        branch.release();
        PoolSettings patient = PoolSettings.of("stock", 1).withBorrow(Duration.ofHours(1));
        try (InnoDbBranchDriver one =
                InnoDbScene.driver(scene.db, InnoDbScene.through(scene.db, proxy.port()), patient)) {
            proxy.stall(Direction.REPLIES);
            for (int i = 0; i < 3; i++) {
                CompletableFuture<Ack> answer = Background.supply(() -> one.rollback(xid, "", BRIEF));
                await().until(answer::isDone);
                assertThat(answer.join()).isInstanceOf(Ack.Retry.class);
            }
            proxy.heal();
            // the only connection was given back by those who had got it too late
            await().until(() -> !(one.rollback(xid, "", BUDGET) instanceof Ack.Retry));
        }
        assertThat(scene.prepared()).doesNotContain(xid);
        assertThat(scene.balance()).isEqualTo(100);
    }

    @Test
    void cut_at_its_time_out_its_locks_go_at_once() throws SQLException {
        for (BranchXid xid : new BranchXid[] {null, xid()}) {
            JdbcBranch branch = scene.withdrawing(xid);
            long session = scene.session(branch);
            branch.cut();
            await().until(() -> !scene.isAlive(session));
            assertThat(branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
            branch.release();
            scene.db.execute("UPDATE account SET balance = 100 WHERE id = 1");
        }
    }

    private void kill(JdbcBranch branch) throws SQLException {
        kill(scene.session(branch));
    }

    /** The application's handle is closed after prepare: the hint knows the session. */
    private void killOwner(JdbcBranch branch) throws SQLException {
        kill(ownerOf(branch));
    }

    private long ownerOf(JdbcBranch branch) {
        return ServerSession.parse(((InnoDbBranch) branch).session())
                .orElseThrow()
                .number();
    }

    private void kill(long session) throws SQLException {
        scene.db.execute("KILL " + session);
        await().until(() -> !scene.isAlive(session));
    }
}
