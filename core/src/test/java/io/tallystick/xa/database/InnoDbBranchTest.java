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
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One branch from its beginning to its end, on its own connection. */
@Databases({Engine.MARIADB, Engine.MYSQL})
class InnoDbBranchTest {

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
    void a_local_branch_commits_its_rows_and_the_decision_together() throws SQLException {
        BranchXid other = xid();
        JdbcBranch branch = scene.withdrawing(null);
        assertThat(branch.commitAlone(decision(other), BUDGET)).isEqualTo(new LastWord.Committed());
        branch.release();
        assertThat(scene.balance()).isEqualTo(90);
        assertThat(scene.decisions(other)).isOne();
    }

    @Test
    void a_tombstone_overrules_a_local_branch_and_nothing_of_it_stays() throws SQLException {
        BranchXid other = tombstone();
        JdbcBranch branch = scene.withdrawing(null);
        assertThat(branch.commitAlone(decision(other), BUDGET)).isEqualTo(new LastWord.Overruled());
        branch.release();
        assertThat(scene.balance()).isEqualTo(100);
    }

    @Test
    void a_named_branch_that_becomes_the_last_one_carries_the_decision_too() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        assertThat(branch.commitAlone(decision(xid), BUDGET)).isEqualTo(new LastWord.Committed());
        branch.release();
        assertThat(scene.balance()).isEqualTo(90);
        assertThat(scene.decisions(xid)).isOne();
        assertThat(scene.prepared()).doesNotContain(xid);
    }

    @Test
    void a_tombstone_overrules_a_named_branch_and_nothing_of_it_stays() throws SQLException {
        BranchXid other = tombstone();
        JdbcBranch branch = scene.withdrawing(xid());
        assertThat(branch.commitAlone(decision(other), BUDGET)).isEqualTo(new LastWord.Overruled());
        branch.release();
        assertThat(scene.balance()).isEqualTo(100);
        assertThat(scene.withdrawing(null).commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
    }

    @Test
    void a_branch_on_its_own_commits_in_one_phase() throws SQLException {
        for (BranchXid xid : new BranchXid[] {null, xid()}) {
            JdbcBranch branch = scene.withdrawing(xid);
            assertThat(branch.commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
            branch.release();
        }
        assertThat(scene.balance()).isEqualTo(80);
    }

    @Test
    void a_prepared_branch_is_committed_on_the_connection_that_prepared_it() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(scene.prepared()).contains(xid);
        assertThat(scene.balance()).isEqualTo(100);
        assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(scene.prepared()).doesNotContain(xid);
        assertThat(scene.balance()).isEqualTo(90);
    }

    @Test
    void a_prepared_branch_is_rolled_back_on_the_connection_that_prepared_it() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = scene.withdrawing(xid);
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(scene.prepared()).doesNotContain(xid);
        assertThat(scene.balance()).isEqualTo(100);
    }

    @Test
    void an_unprepared_branch_is_rolled_back_and_its_connection_serves_the_next() throws SQLException {
        for (BranchXid xid : new BranchXid[] {null, xid()}) {
            JdbcBranch branch = scene.withdrawing(xid);
            long session = scene.session(branch);
            assertThat(branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
            branch.release();
            assertThat(scene.balance()).isEqualTo(100);
            assertThat(scene.isAlive(session)).isTrue();
        }
    }

    @Test
    void a_branch_on_which_nothing_was_done_takes_no_part_in_phase_two() {
        BranchXid xid = xid();
        JdbcBranch branch = scene.open(xid);
        assertThat(branch.prepare(xid, BUDGET)).isEqualTo(new Vote.ReadOnly());
        branch.release();
        assertThat(scene.prepared()).doesNotContain(xid);
    }

    @Test
    void a_branch_that_was_chosen_in_a_deadlock_votes_no_although_the_application_went_on() throws Exception {
        BranchXid xid = xid();
        JdbcBranch victim = scene.withdrawing(xid);
        long session = scene.session(victim);
        runIntoDeadlock(victim);
        assertThat(victim.prepare(xid, BUDGET)).isInstanceOf(Vote.No.class);
        victim.release();
        await().untilAsserted(() -> assertThat(scene.isAlive(session))
                .as("its connection was used again")
                .isFalse());
        assertThat(scene.prepared()).doesNotContain(xid);
    }

    @Test
    void a_local_branch_that_was_chosen_in_a_deadlock_does_not_commit_the_second_half_of_its_work() throws Exception {
        JdbcBranch victim = scene.withdrawing(null);
        assertThatThrownBy(() -> execute(victim, "INSERT INTO account VALUES (1, 1)"))
                .hasMessageContaining("uplicate");
        runIntoDeadlock(victim);
        execute(victim, "INSERT INTO account VALUES (3, 1)");
        BranchXid other = xid();
        assertThat(victim.commitAlone(decision(other), BUDGET)).isInstanceOf(LastWord.RolledBack.class);
        victim.release();
        assertThat(scene.decisions(other)).isZero();
        JdbcBranch next = scene.open(null);
        execute(next, "INSERT INTO account VALUES (3, 1)");
        assertThat(next.rollback(BUDGET)).isEqualTo(new Ack.Done());
        next.release();
    }

    @Test
    void the_application_cannot_send_two_statements_as_one_text() {
        for (BranchXid xid : new BranchXid[] {null, xid()}) {
            JdbcBranch branch = scene.open(xid);
            assertThatThrownBy(
                            () -> execute(branch, "UPDATE account SET balance = 1 WHERE id = 1; DELETE FROM account"))
                    .isInstanceOf(SQLException.class);
            branch.rollback(BUDGET);
            branch.release();
        }
    }

    /** Holds row 1 in the branch, row 2 in a stronger transaction, and crosses them. */
    private void runIntoDeadlock(JdbcBranch victim) throws Exception {
        try (Connection stronger = scene.db.connect();
                Statement statement = stronger.createStatement()) {
            stronger.setAutoCommit(false);
            for (int id = 100; id < 150; id++) {
                statement.execute("INSERT INTO account VALUES (" + id + ", 1)");
            }
            statement.execute("UPDATE account SET balance = 7 WHERE id = 2");
            CompletableFuture<Boolean> crossing = Background.supply(() -> {
                try {
                    return statement.execute("UPDATE account SET balance = 7 WHERE id = 1");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            // whoever comes second closes the circle; the server takes the one with less work as its victim
            assertThatThrownBy(() -> execute(victim, "UPDATE account SET balance = 8 WHERE id = 2"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("eadlock");
            crossing.join();
            stronger.rollback();
        }
    }

    private BranchXid tombstone() {
        BranchXid xid = xid();
        scene.db.execute("INSERT INTO tally_decision (gtrid, verdict, decided_at, branches) VALUES (X'" + xid.gtrid()
                + "', 0, UTC_TIMESTAMP(6), '')");
        return xid;
    }
}
