package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a branch in PostgreSQL answers to prepare, and how the last participant ends. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresVoteTest extends PostgresScene {

    PostgresVoteTest(TestDatabase db) {
        super(db);
    }

    @Test
    void a_query_whose_function_writes_is_prepared() throws SQLException {
        db.execute("CREATE OR REPLACE FUNCTION spend() RETURNS int LANGUAGE sql AS"
                + " 'UPDATE item SET amount = amount - 30 WHERE id = 1 RETURNING amount'");
        JdbcBranch branch = driver.open(opening());
        execute(branch, "SELECT spend()");
        assertThat(branch.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(amount(1)).isEqualTo(70);
    }

    @Test
    void a_writing_statement_that_finds_no_row_leaves_nothing_prepared() throws SQLException {
        JdbcBranch branch = driver.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 7");
        assertThat(branch.prepare(xid(), BUDGET)).isEqualTo(new Vote.ReadOnly());
        branch.release();
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_constraint_that_is_checked_at_the_end_is_a_no() throws SQLException {
        JdbcBranch branch = driver.open(opening());
        execute(branch, "INSERT INTO line VALUES (7)");
        assertThat(branch.prepare(xid(), BUDGET))
                .isInstanceOfSatisfying(
                        Vote.No.class, no -> assertThat(no.reason()).contains("foreign key"));
        branch.release();
        JdbcBranch last = driver.open(opening());
        execute(last, "INSERT INTO line VALUES (7)");
        assertThat(last.commitAlone(null, BUDGET)).isInstanceOf(LastWord.RolledBack.class);
        last.release();
        JdbcBranch deciding = driver.open(opening());
        execute(deciding, "INSERT INTO line VALUES (7)");
        assertThat(deciding.commitAlone(decision(), BUDGET)).isInstanceOf(LastWord.RolledBack.class);
        deciding.release();
        assertThat(number("SELECT count(*) FROM line")).isZero();
        assertThat(number("SELECT count(*) FROM tally_decision")).isZero();
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_transaction_that_failed_before_is_never_taken_for_committed_even_when_the_driver_keeps_silent()
            throws SQLException {
        for (String option : List.of("", "?raiseExceptionOnSilentRollback=false")) {
            PostgresBranchDriver silent = driver(db.port(), option);
            JdbcBranch prepared = failedBefore(silent);
            assertThat(prepared.prepare(xid(), BUDGET))
                    .isInstanceOfSatisfying(
                            Vote.No.class, no -> assertThat(no.reason()).contains("nonsense"));
            prepared.release();
            JdbcBranch alone = failedBefore(silent);
            assertThat(alone.commitAlone(null, BUDGET))
                    .isInstanceOfSatisfying(
                            LastWord.RolledBack.class,
                            no -> assertThat(no.reason()).contains("nonsense"));
            alone.release();
            JdbcBranch deciding = failedBefore(silent);
            assertThat(deciding.commitAlone(decision(), BUDGET)).isInstanceOf(LastWord.RolledBack.class);
            deciding.release();
        }
        assertThat(amount(1)).isEqualTo(100);
        assertThat(number("SELECT count(*) FROM tally_decision")).isZero();
        assertThat(driver.prepared()).isEmpty();
    }

    private JdbcBranch failedBefore(PostgresBranchDriver in) throws SQLException {
        JdbcBranch branch = in.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        assertThatThrownBy(() -> execute(branch, "SELECT nonsense")).isInstanceOf(SQLException.class);
        return branch;
    }

    @Test
    void what_cannot_be_prepared_is_a_no_that_says_why() throws SQLException {
        refused("temporary", "CREATE TEMPORARY TABLE scratch (id int)");
        refused("LISTEN", "LISTEN orders");
        refused("NOTIFY", "NOTIFY orders");
        refused("HOLD", "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM item");
        assertThat(driver.prepared()).isEmpty();
    }

    private void refused(String word, String sql) throws SQLException {
        JdbcBranch branch = driver.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        execute(branch, sql);
        assertThat(branch.prepare(xid(), BUDGET))
                .as(sql)
                .isInstanceOfSatisfying(
                        Vote.No.class, no -> assertThat(no.reason()).containsIgnoringCase(word));
        branch.release();
    }

    @Test
    void a_name_that_is_taken_is_a_no_and_leaves_the_other_alone() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch first = driver.open(opening());
        execute(first, "UPDATE item SET amount = 70 WHERE id = 1");
        first.prepare(xid, BUDGET);
        JdbcBranch second = driver.open(opening());
        execute(second, "UPDATE item SET amount = 70 WHERE id = 2");
        assertThat(second.prepare(xid, BUDGET)).isInstanceOf(Vote.No.class);
        second.rollback(BUDGET);
        second.release();
        assertThat(first.commit(BUDGET)).isEqualTo(new Ack.Done());
        first.release();
        assertThat(amount(1)).isEqualTo(70);
        assertThat(amount(2)).isEqualTo(100);
    }

    @Test
    void a_serialization_failure_is_a_no() throws SQLException {
        JdbcBranch one = driver.open(opening());
        JdbcBranch two = driver.open(opening());
        for (JdbcBranch each : List.of(one, two)) {
            each.connection().setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            execute(each, "SELECT sum(amount) FROM item");
        }
        execute(one, "UPDATE item SET amount = 70 WHERE id = 1");
        execute(two, "UPDATE item SET amount = 70 WHERE id = 2");
        assertThat(one.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(two.prepare(xid(), BUDGET))
                .isInstanceOfSatisfying(
                        Vote.No.class, no -> assertThat(no.reason()).contains("40001"));
        assertThat(one.commit(BUDGET)).isEqualTo(new Ack.Done());
        one.release();
        two.release();
    }
}
