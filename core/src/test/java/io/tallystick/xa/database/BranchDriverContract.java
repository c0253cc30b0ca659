package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.crash.FaultSweep;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What every driver of branches promises, on a real database of its own. */
abstract class BranchDriverContract extends BranchHandleContract {

    BranchDriverContract(TestDatabase db) {
        super(db);
    }

    // ---- the way of a branch

    @Test
    void a_prepared_branch_is_committed_on_its_own_connection() throws SQLException {
        JdbcBranch branch = open();
        update(branch, 1, 70);
        assertThat(branch.prepare(xidOf(branch), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(amount(1)).as("seen by others before phase 2").isEqualTo(100);
        assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(amount(1)).isEqualTo(70);
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_prepared_branch_is_rolled_back_on_its_own_connection() throws SQLException {
        JdbcBranch branch = open();
        update(branch, 1, 70);
        assertThat(branch.prepare(xidOf(branch), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(amount(1)).isEqualTo(100);
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_branch_that_was_not_prepared_is_rolled_back() throws SQLException {
        JdbcBranch branch = open();
        update(branch, 1, 70);
        assertThat(branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(amount(1)).isEqualTo(100);
        assertIsFree(1);
    }

    @Test
    void connections_are_used_again_after_a_clean_end() throws SQLException {
        for (int i = 1; i <= 20; i++) {
            JdbcBranch branch = open();
            update(branch, 1, i);
            branch.prepare(xidOf(branch), BUDGET);
            branch.commit(BUDGET);
            branch.release();
            JdbcBranch local = openLocal();
            update(local, 2, i);
            assertThat(local.commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
            local.release();
        }
        assertThat(amount(1)).isEqualTo(20);
        assertThat(amount(2)).isEqualTo(20);
        assertThat(source.log().stream().filter(call -> call.method().equals("getConnection")))
                .as("physical connections made")
                .hasSizeLessThanOrEqualTo(2 * settings().branches());
    }

    @Test
    void another_connection_finishes_what_a_dead_coordinator_left() throws SQLException {
        JdbcBranch first = open();
        update(first, 1, 70);
        BranchXid one = xidOf(first);
        String hint = hint(first.prepare(one, BUDGET));
        JdbcBranch second = open();
        update(second, 2, 70);
        BranchXid two = xidOf(second);
        second.prepare(two, BUDGET);
        driver.close();
        driver = driver(source, settings());
        assertThat(driver.prepared()).extracting(PreparedBranch::xid).containsExactlyInAnyOrder(one, two);
        await().untilAsserted(() -> assertThat(driver.commit(one, hint, BUDGET)).isEqualTo(new Ack.Done()));
        await().untilAsserted(() -> assertThat(driver.rollback(two, "", BUDGET)).isEqualTo(new Ack.Done()));
        assertThat(amount(1)).isEqualTo(70);
        assertThat(amount(2)).isEqualTo(100);
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_prepared_branch_survives_kill_9_of_the_database() throws SQLException {
        JdbcBranch first = open();
        update(first, 1, 70);
        BranchXid one = xidOf(first);
        assertThat(first.prepare(one, BUDGET)).isInstanceOf(Vote.Prepared.class);
        JdbcBranch second = open();
        update(second, 2, 70);
        BranchXid two = xidOf(second);
        second.prepare(two, BUDGET);
        db.kill();
        db.restart();
        assertThat(driver.prepared()).extracting(PreparedBranch::xid).containsExactlyInAnyOrder(one, two);
        Ack held = first.commit(BUDGET);
        first.release();
        second.release();
        assertThat(held).as("on the connection that died").isInstanceOfAny(Ack.Retry.class, Ack.Done.class);
        if (held instanceof Ack.Retry) {
            assertThat(driver.commit(one, "", BUDGET)).isEqualTo(new Ack.Done());
        }
        assertThat(driver.rollback(two, "", BUDGET)).isEqualTo(new Ack.Done());
        assertThat(amount(1)).isEqualTo(70);
        assertThat(amount(2)).isEqualTo(100);
    }

    @Test
    void what_was_not_prepared_is_gone_after_kill_9_of_the_database() throws SQLException {
        JdbcBranch branch = open();
        update(branch, 1, 70);
        db.kill();
        db.restart();
        assertThat(branch.prepare(xidOf(branch), BUDGET)).isNotInstanceOfAny(Vote.Prepared.class, Vote.ReadOnly.class);
        branch.rollback(BUDGET);
        branch.release();
        assertThat(driver.prepared()).isEmpty();
        assertThat(amount(1)).isEqualTo(100);
    }

    @Test
    void a_scan_of_a_database_that_is_away_is_not_an_empty_one() {
        driver.close();
        driver = driver(source, settings().withBorrow(Duration.ofMillis(300)));
        db.stop();
        try {
            assertThatThrownBy(() -> driver.prepared()).isInstanceOf(io.tallystick.jdbc.UnavailableException.class);
            assertThat(driver.commit(xid(1), "", BUDGET)).isInstanceOf(Ack.Retry.class);
            assertThatThrownBy(this::open).isInstanceOf(io.tallystick.jdbc.UnavailableException.class);
        } finally {
            db.restart();
        }
        // its brief wait for a connection may be over before a new one is there
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(driver.prepared()).isEmpty());
    }

    // ---- votes

    @Test
    void a_branch_that_only_read_takes_no_part_in_phase_two() throws SQLException {
        JdbcBranch branch = open();
        assertThat(amountSeenBy(branch, 1)).isEqualTo(100);
        Vote vote = branch.prepare(xidOf(branch), BUDGET);
        assertThat(vote).isInstanceOfAny(Vote.ReadOnly.class, Vote.Prepared.class);
        if (vote instanceof Vote.Prepared) {
            assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        }
        branch.release();
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_branch_in_which_nothing_ran_takes_no_part_in_phase_two() throws SQLException {
        JdbcBranch branch = open();
        Vote vote = branch.prepare(xidOf(branch), BUDGET);
        assertThat(vote).isInstanceOfAny(Vote.ReadOnly.class, Vote.Prepared.class);
        if (vote instanceof Vote.Prepared) {
            branch.commit(BUDGET);
        }
        branch.release();
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_branch_whose_session_was_ended_does_not_vote_yes() throws SQLException {
        JdbcBranch branch = open();
        update(branch, 1, 70);
        killSessionOf(branch.connection());
        assertThat(branch.prepare(xidOf(branch), BUDGET)).isInstanceOfAny(Vote.No.class, Vote.Unknown.class);
        assertThat(branch.rollback(BUDGET)).isNotInstanceOf(Ack.Heuristic.class);
        branch.release();
        assertThat(driver.prepared()).isEmpty();
        assertIsFree(1);
    }

    @Test
    void a_branch_whose_session_is_ended_after_its_vote_is_finished_on_another() throws SQLException {
        JdbcBranch branch = open();
        update(branch, 1, 70);
        BranchXid xid = xidOf(branch);
        String hint = hint(branch.prepare(xid, BUDGET));
        endSessionsOfOthers();
        Ack held = branch.commit(BUDGET);
        assertThat(held).as("a lost answer is never final").isInstanceOfAny(Ack.Retry.class, Ack.Done.class);
        branch.release();
        if (held instanceof Ack.Retry) {
            await().untilAsserted(
                            () -> assertThat(driver.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Done()));
        }
        assertThat(amount(1)).isEqualTo(70);
    }

    // ---- phase 2 twice, and of nothing

    @Test
    void a_branch_that_nobody_prepared_is_absent() {
        assertThat(driver.commit(xid(1), "", BUDGET)).isEqualTo(new Ack.Absent());
        assertThat(driver.rollback(xid(1), "", BUDGET)).isEqualTo(new Ack.Absent());
    }

    @Test
    void a_second_commit_is_done_or_absent_and_changes_nothing() throws SQLException {
        JdbcBranch branch = open();
        update(branch, 1, 70);
        BranchXid xid = xidOf(branch);
        String hint = hint(branch.prepare(xid, BUDGET));
        branch.commit(BUDGET);
        branch.release();
        assertThat(driver.commit(xid, hint, BUDGET)).isInstanceOfAny(Ack.Done.class, Ack.Absent.class);
        assertThat(amount(1)).isEqualTo(70);
    }

    // ---- the last participant

    @Test
    void a_decision_rides_in_the_commit_of_the_last_participant() throws SQLException {
        JdbcBranch branch = openLocal();
        update(branch, 1, 70);
        DecisionRecord record = decision();
        assertThat(branch.commitAlone(record, BUDGET)).isEqualTo(new LastWord.Committed());
        branch.release();
        assertThat(amount(1)).isEqualTo(70);
        assertThat(decisions()).isEqualTo(1);
    }

    @Test
    void a_decision_rides_alone_when_the_last_participant_did_nothing() throws SQLException {
        JdbcBranch branch = openLocal();
        assertThat(branch.commitAlone(decision(), BUDGET)).isEqualTo(new LastWord.Committed());
        branch.release();
        assertThat(decisions()).isEqualTo(1);
    }

    @Test
    void a_tombstone_overrules_the_last_participant() throws SQLException {
        DecisionRecord record = decision();
        db.execute(tombstone(record.gtrid()));
        JdbcBranch branch = openLocal();
        update(branch, 1, 70);
        assertThat(branch.commitAlone(record, BUDGET)).isEqualTo(new LastWord.Overruled());
        branch.release();
        assertThat(amount(1)).isEqualTo(100);
        assertIsFree(1);
    }

    @Test
    void after_an_error_of_a_branch_its_connection_is_nobodys_any_more() throws SQLException {
        DecisionRecord record = decision();
        db.execute(tombstone(record.gtrid()));
        JdbcBranch overruled = openLocal();
        update(overruled, 1, 70);
        String session = sessionOf(overruled.connection());
        assertThat(overruled.commitAlone(record, BUDGET)).isEqualTo(new LastWord.Overruled());
        overruled.release();
        List<JdbcBranch> all = new ArrayList<>();
        for (int i = 0; i < settings().branches(); i++) {
            all.add(openLocal());
            assertThat(sessionOf(all.get(i).connection())).isNotEqualTo(session);
        }
        for (JdbcBranch branch : all) {
            branch.rollback(BUDGET);
            branch.release();
        }
    }

    private String sessionOf(Connection connection) throws SQLException {
        String sql = db.engine() == Engine.POSTGRESQL ? "SELECT pg_backend_pid()" : "SELECT CONNECTION_ID()";
        try (connection;
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void a_single_branch_commits_in_one_phase() throws SQLException {
        JdbcBranch branch = openLocal();
        update(branch, 1, 70);
        assertThat(branch.commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
        branch.release();
        assertThat(amount(1)).isEqualTo(70);
    }

    @Test
    void a_last_participant_whose_session_was_ended_does_not_claim_to_have_committed() throws SQLException {
        JdbcBranch branch = openLocal();
        update(branch, 1, 70);
        killSessionOf(branch.connection());
        assertThat(branch.commitAlone(decision(), BUDGET))
                .isInstanceOfAny(LastWord.Unknown.class, LastWord.RolledBack.class);
        branch.release();
        assertThat(amount(1)).isEqualTo(100);
        assertThat(decisions()).isZero();
    }

    // ---- locks

    @Test
    void a_branch_that_is_cut_lets_go_of_its_locks_even_while_it_waits_for_another() throws SQLException {
        JdbcBranch holder = openLocal();
        update(holder, 2, 70);
        JdbcBranch waiter = openLocal();
        update(waiter, 1, 70);
        CompletableFuture<Throwable> waiting = Background.supply(() -> catchThrowable(() -> update(waiter, 2, 60)));
        await().until(this::somebodyWaitsForALock);
        waiter.cut();
        assertThat(waiting.join()).as("the application that was waiting").isNotNull();
        assertIsFree(1);
        waiter.rollback(BUDGET);
        waiter.release();
        holder.rollback(BUDGET);
        holder.release();
        assertIsFree(2);
    }

    @Test
    void a_cut_branch_gives_its_place_in_the_pool_back() throws SQLException {
        for (int i = 0; i < 3 * settings().branches(); i++) {
            JdbcBranch branch = openLocal();
            update(branch, 1, 70);
            branch.cut();
        }
        assertThat(amount(1)).isEqualTo(100);
    }

    @Test
    void cut_after_it_was_given_back_it_leaves_the_next_branch_on_its_connection_alone() throws SQLException {
        PoolSettings one = PoolSettings.of("orders", 1).withBorrow(Duration.ofSeconds(30));
        try (JdbcBranchDriver single = driver(db.dataSource(), one)) {
            JdbcBranch over = single.open(new Opening(null, Instant.now().plusSeconds(60)));
            String session = sessionOf(over.connection());
            over.rollback(BUDGET);
            over.release();
            JdbcBranch next = single.open(new Opening(null, Instant.now().plusSeconds(60)));
            assertThat(sessionOf(next.connection())).isEqualTo(session);

            over.cut();

            update(next, 1, 70);
            assertThat(next.commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
            next.release();
        }
        assertThat(amount(1)).isEqualTo(70);
    }

    // ---- whatever gets lost

    @Test
    void whichever_request_is_lost_the_branch_ends_in_one_way_and_nothing_stays_prepared() {
        assertThat(FaultSweep.over(db.dataSource(), JdbcFault.lostRequest(), this::transactOver))
                .as("calls that were lost")
                .isGreaterThan(3);
    }

    @Test
    void whichever_answer_is_lost_the_branch_ends_in_one_way_and_nothing_stays_prepared() {
        assertThat(FaultSweep.over(db.dataSource(), JdbcFault.lostReply(), this::transactOver))
                .as("answers that were lost")
                .isGreaterThan(3);
    }

    private void transactOver(DataSource faulty) throws SQLException {
        db.execute("UPDATE item SET amount = 100");
        PoolSettings one = PoolSettings.of("orders", 1).withBorrow(Duration.ofSeconds(20));
        try (JdbcBranchDriver lossy = driver(faulty, one)) {
            boolean committed = transact(lossy);
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(lossy.prepared()).isEmpty());
            assertThat(amount(1)).isEqualTo(committed ? 70 : 100);
            assertIsFree(1);
        }
    }

    /** As a coordinator does: no vote is a no, and phase 2 is repeated by name until it is answered. */
    private boolean transact(JdbcBranchDriver lossy) {
        BranchXid xid = xid(1);
        JdbcBranch branch;
        try {
            branch = lossy.open(new Opening(
                    lossy.traits().namedAtStart() ? xid : null, Instant.now().plusSeconds(60)));
        } catch (UnavailableException nothingHasBegun) {
            return false;
        }
        Vote vote = catchThrowable(() -> update(branch, 1, 70)) == null ? branch.prepare(xid, BUDGET) : null;
        if (vote instanceof Vote.Prepared yes) {
            Ack ack = branch.commit(BUDGET);
            branch.release();
            if (!(ack instanceof Ack.Done)) {
                await().untilAsserted(() -> assertThat(lossy.commit(xid, yes.hint(), BUDGET))
                        .isInstanceOfAny(Ack.Done.class, Ack.Absent.class));
            }
            return true;
        }
        Ack ack = branch.rollback(BUDGET);
        branch.release();
        if (ack instanceof Ack.Retry) {
            await().untilAsserted(() ->
                    assertThat(lossy.rollback(xid, "", BUDGET)).isInstanceOfAny(Ack.Done.class, Ack.Absent.class));
        }
        return false;
    }

    // ---- about the resource

    @Test
    void a_ready_database_has_no_findings_that_break_a_promise() {
        assertThat(driver.examine().stream()
                        .filter(found -> found.severity() == io.tallystick.jdbc.Finding.Severity.ERROR))
                .isEmpty();
        assertThat(driver.incarnation()).isNotEmpty();
        assertThat(driver.resource()).isEqualTo("orders");
    }
}
