package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Applications that throw away what their session has prepared: the statements of the driver, that of the branch, and its limits. One pool
 * of one connection, so that the next branch gets the same session if it is given back.
 */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresForgetfulSessionTest extends PostgresScene {

    /** Above the driver's prepareThreshold, so that it has prepared what it sends. */
    private static final int OFTEN = 8;

    private final PostgresBranchDriver single;

    PostgresForgetfulSessionTest(TestDatabase db) {
        super(db);
        this.single = track(PostgresBranchDriver.on(
                source(db.port(), ""), PoolSettings.of("orders", 1).withBorrow(Duration.ofMinutes(1))));
    }

    @Test
    void a_branch_whose_statements_were_deallocated_votes_and_commits_all_the_same() throws SQLException {
        for (String forgetting : new String[] {"DEALLOCATE ALL", " /* all */ deallocate prepare all", "RESET ALL"}) {
            useOften();
            JdbcBranch branch = withdrawing(forgetting);
            assertThat(branch.prepare(xid(), BUDGET)).as(forgetting).isInstanceOf(Vote.Prepared.class);
            assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
            branch.release();
        }
        assertThat(amount(1)).isEqualTo(97);
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_last_participant_whose_statements_were_deallocated_writes_its_decision_all_the_same() throws SQLException {
        useOften();
        JdbcBranch branch = withdrawing("DEALLOCATE ALL");
        assertThat(branch.commitAlone(decision(), BUDGET)).isEqualTo(new LastWord.Committed());
        branch.release();
        assertThat(number("SELECT count(*) FROM tally_decision")).isEqualTo(OFTEN + 1);
        assertThat(amount(1)).isEqualTo(99);
    }

    @Test
    void a_branch_that_failed_after_it_does_not_commit_in_silence() throws SQLException {
        JdbcBranch branch = withdrawing("DEALLOCATE ALL");
        try {
            execute(branch, "SELECT nonsense");
        } catch (SQLException expected) {
            // the application goes on
        }
        assertThat(branch.commitAlone(null, BUDGET)).isInstanceOf(LastWord.RolledBack.class);
        branch.release();
        assertThat(amount(1)).isEqualTo(100);
    }

    @Test
    void the_next_branch_gets_a_session_with_its_statements_and_its_limits() throws SQLException {
        for (String forgetting : new String[] {"DEALLOCATE ALL", "RESET ALL", "RESET lock_timeout"}) {
            JdbcBranch branch = withdrawing(forgetting);
            assertThat(branch.commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
            branch.release();
            JdbcBranch next = single.open(opening());
            assertThat(text(next, "SHOW lock_timeout"))
                    .as("after %s", forgetting)
                    .isEqualTo("10s");
            execute(next, "UPDATE item SET amount = amount - 1 WHERE id = 2");
            assertThat(next.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
            assertThat(next.rollback(BUDGET)).isEqualTo(new Ack.Done());
            next.release();
        }
    }

    /** Not seen from here: the price is a no, and the session. */
    @Test
    void what_a_function_deallocates_costs_a_rollback_and_the_session_and_nothing_else() throws SQLException {
        db.execute("CREATE OR REPLACE FUNCTION forget() RETURNS void LANGUAGE plpgsql AS"
                + " 'BEGIN EXECUTE ''DEALLOCATE ALL''; END'");
        JdbcBranch branch = withdrawing("SELECT forget()");
        assertThat(branch.prepare(xid(), BUDGET)).isInstanceOf(Vote.No.class);
        branch.release();
        assertThat(amount(1)).isEqualTo(100);
        JdbcBranch next = withdrawing("SELECT 1");
        assertThat(next.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(next.commit(BUDGET)).isEqualTo(new Ack.Done());
        next.release();
        assertThat(amount(1)).isEqualTo(99);
    }

    @Test
    void outside_of_transactions_everything_may_be_discarded_and_recovery_goes_on() throws SQLException {
        for (int i = 0; i < OFTEN; i++) {
            try (Connection outside = single.outside();
                    Statement statement = outside.createStatement()) {
                statement.execute("DISCARD ALL");
            }
            assertThat(single.prepared()).isEmpty();
        }
        var xid = xid();
        String hint = prepared(xid, 1);
        assertThat(single.prepared()).hasSize(1);
        assertThat(single.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Done());
    }

    private JdbcBranch withdrawing(String then) throws SQLException {
        JdbcBranch branch = single.open(opening());
        withdraw(branch);
        execute(branch, then);
        return branch;
    }

    private static void withdraw(JdbcBranch branch) throws SQLException {
        try (Connection handle = branch.connection();
                PreparedStatement statement =
                        handle.prepareStatement("UPDATE item SET amount = amount - ? WHERE id = 1")) {
            statement.setInt(1, 1);
            statement.executeUpdate();
        }
    }

    /** Until the driver has prepared everything in the session, the decision's statement included. */
    private void useOften() throws SQLException {
        for (int i = 0; i < OFTEN; i++) {
            JdbcBranch branch = single.open(opening());
            assertThat(branch.commitAlone(decision(), BUDGET)).isEqualTo(new LastWord.Committed());
            branch.release();
        }
    }
}
