package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.Direction;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Phase 2 in PostgreSQL when others were there first, and when answers get lost. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresPhaseTwoTest extends PostgresScene {

    PostgresPhaseTwoTest(TestDatabase db) {
        super(db);
    }

    // ---- the oracle

    @Test
    void a_branch_that_somebody_else_finished_tells_how() throws SQLException {
        BranchXid committed = xid();
        String first = prepared(committed, 1);
        db.execute("COMMIT PREPARED '" + PostgresGid.of(committed) + "'");
        assertThat(driver.commit(committed, first, BUDGET)).isEqualTo(new Ack.Done());
        assertThat(driver.rollback(committed, first, BUDGET))
                .isInstanceOfSatisfying(
                        Ack.Heuristic.class, found -> assertThat(found.found()).isEqualTo(Ack.Found.COMMITTED));
        assertThat(driver.fate(first)).contains(Ack.Found.COMMITTED);

        BranchXid rolledBack = xid();
        String second = prepared(rolledBack, 2);
        assertThat(driver.fate(second)).as("still prepared").isEmpty();
        db.execute("ROLLBACK PREPARED '" + PostgresGid.of(rolledBack) + "'");
        assertThat(driver.rollback(rolledBack, second, BUDGET)).isEqualTo(new Ack.Done());
        assertThat(driver.commit(rolledBack, second, BUDGET)).isInstanceOfSatisfying(Ack.Heuristic.class, found -> {
            assertThat(found.found()).isEqualTo(Ack.Found.ROLLED_BACK);
            assertThat(found.evidence()).contains("pg_xact_status").contains(second);
        });
        assertThat(driver.fate(second)).contains(Ack.Found.ROLLED_BACK);
    }

    @Test
    void a_number_counts_only_in_the_database_that_gave_it() throws SQLException {
        BranchXid xid = xid();
        String hint = prepared(xid, 1);
        db.execute("COMMIT PREPARED '" + PostgresGid.of(xid) + "'");
        String elsewhere = hint.substring(0, hint.indexOf('@')) + "@00000000";
        assertThat(driver.commit(xid, elsewhere, BUDGET)).isEqualTo(new Ack.Absent());
        assertThat(driver.fate(elsewhere)).isEmpty();
        String later = "99999999" + hint.substring(hint.indexOf('@'));
        assertThat(driver.commit(xid, later, BUDGET)).isEqualTo(new Ack.Absent());
        for (String odd : List.of("", "@", "7", "x@00000000", "7@zz", "7@0123456789")) {
            assertThat(driver.commit(xid, odd, BUDGET)).as(odd).isEqualTo(new Ack.Absent());
        }
    }

    /** Taken for "cannot be known", it would count as ended as it was told. */
    @Test
    void a_fate_whose_answer_is_lost_is_not_taken_for_unknown() throws SQLException {
        BranchXid xid = xid();
        String hint = prepared(xid, 1);
        db.execute("ROLLBACK PREPARED '" + PostgresGid.of(xid) + "'");
        FaultProxy proxy = proxy();
        PostgresBranchDriver far = driver(proxy.port(), "");
        assertThat(far.fate(hint)).contains(Ack.Found.ROLLED_BACK);

        proxy.dropReplyTo("pg_xact_status");

        assertThatThrownBy(() -> far.fate(hint)).isInstanceOf(TallystickException.class);
        assertThat(far.fate(hint)).contains(Ack.Found.ROLLED_BACK);
    }

    // ---- lost answers

    @Test
    void a_lost_answer_to_prepare_is_unknown_and_the_branch_is_found_and_rolled_back() throws SQLException {
        FaultProxy proxy = proxy();
        PostgresBranchDriver far = driver(proxy.port(), "");
        BranchXid xid = xid();
        JdbcBranch branch = far.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        proxy.dropReplyTo("PREPARE TRANSACTION");
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Unknown.class);
        assertThat(driver.prepared()).extracting(PreparedBranch::xid).containsExactly(xid);
        assertThat(branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(driver.prepared()).isEmpty();
        assertThat(amount(1)).isEqualTo(100);
    }

    @Test
    void a_lost_answer_to_commit_prepared_is_asked_again_and_the_oracle_says_done() throws SQLException {
        FaultProxy proxy = proxy();
        PostgresBranchDriver far = driver(proxy.port(), "");
        BranchXid xid = xid();
        JdbcBranch branch = far.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        String hint = BranchScene.hint(branch.prepare(xid, BUDGET));
        proxy.dropReplyTo("COMMIT PREPARED");
        assertThat(branch.commit(BUDGET)).isInstanceOf(Ack.Retry.class);
        branch.release();
        await().untilAsserted(() -> assertThat(far.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Done()));
        assertThat(amount(1)).isEqualTo(70);
    }

    @Test
    void a_lost_answer_to_the_commit_that_decides_is_unknown() throws SQLException {
        FaultProxy proxy = proxy();
        PostgresBranchDriver far = driver(proxy.port(), "");
        JdbcBranch branch = far.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        proxy.dropReplyTo("tally_decision");
        assertThat(branch.commitAlone(decision(), BUDGET)).isInstanceOf(LastWord.Unknown.class);
        branch.release();
        assertThat(number("SELECT count(*) FROM tally_decision")).isEqualTo(1);
        assertThat(amount(1)).isEqualTo(70);
    }

    @Test
    void a_half_open_connection_costs_the_budget_and_not_more_than_a_vote() throws SQLException {
        FaultProxy proxy = proxy();
        PostgresBranchDriver far = driver(proxy.port(), "");
        Duration little = Duration.ofMillis(200);
        JdbcBranch voting = far.open(opening());
        execute(voting, "UPDATE item SET amount = 70 WHERE id = 1");
        JdbcBranch deciding = far.open(opening());
        execute(deciding, "UPDATE item SET amount = 70 WHERE id = 2");
        BranchXid xid = xid();
        JdbcBranch finishing = far.open(opening());
        execute(finishing, "INSERT INTO item VALUES (3, 70)");
        String hint = BranchScene.hint(finishing.prepare(xid, BUDGET));
        proxy.halfOpen();
        assertThat(voting.prepare(xid(), little)).isInstanceOf(Vote.Unknown.class);
        assertThat(deciding.commitAlone(decision(), little)).isInstanceOf(LastWord.Unknown.class);
        assertThat(finishing.commit(little)).isInstanceOf(Ack.Retry.class);
        proxy.heal();
        await().untilAsserted(() -> assertThat(voting.rollback(BUDGET)).isEqualTo(new Ack.Absent()));
        await().untilAsserted(() -> assertThat(far.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Done()));
        for (JdbcBranch each : List.of(voting, deciding, finishing)) {
            each.release();
        }
        await().untilAsserted(() -> assertThat(
                        number(
                                "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()"))
                .as("sessions that still hold locks")
                .isZero());
        assertThat(driver.prepared()).isEmpty();
    }

    // ---- time

    @Test
    void told_by_name_it_costs_no_more_than_the_budget_although_no_connection_is_to_be_had() throws SQLException {
        BranchXid xid = xid();
        String hint = prepared(xid, 1);
        FaultProxy proxy = proxy();
        PoolSettings patient = PoolSettings.of("orders", 1).withBorrow(Duration.ofHours(1));
        PostgresBranchDriver one = track(PostgresBranchDriver.on(source(proxy.port(), ""), patient));
        proxy.stall(Direction.REPLIES);
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Ack> answer = Background.supply(() -> one.rollback(xid, hint, Duration.ofSeconds(1)));
            await().until(answer::isDone);
            assertThat(answer.join()).isInstanceOf(Ack.Retry.class);
        }
        proxy.heal();
        // the only connection was given back by those who had got it too late
        await().until(() -> !(one.rollback(xid, hint, BUDGET) instanceof Ack.Retry));
        assertThat(driver.prepared()).isEmpty();
        assertThat(amount(1)).isEqualTo(100);
    }
}
