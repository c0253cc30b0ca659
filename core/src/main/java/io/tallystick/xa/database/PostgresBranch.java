package io.tallystick.xa.database;

import io.tallystick.jdbc.BranchFailure;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import io.tallystick.xa.decision.DecisionSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction of one PostgreSQL session. Its BEGIN rides with the first statement, its number comes back with PREPARE, a decision goes
 * out with COMMIT, and phase 2 needs no BEGIN: one round trip each.
 */
final class PostgresBranch implements JdbcBranch {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresBranch.class);

    private final PostgresBranchDriver driver;
    private final Lease lease;
    private final BranchWork work;
    private @Nullable BranchXid xid;
    private String hint = "";

    PostgresBranch(PostgresBranchDriver driver, Lease lease) {
        this.driver = driver;
        this.lease = lease;
        this.work = new BranchWork(driver.resource(), Dialect.POSTGRESQL, lease);
    }

    @Override
    public String incarnation() {
        return lease.session().incarnation();
    }

    @Override
    public String resource() {
        return driver.resource();
    }

    @Override
    public boolean canDecide() {
        return true;
    }

    @Override
    public @Nullable BranchXid startedAs() {
        return null;
    }

    @Override
    public Connection connection() {
        return work.handle();
    }

    @Override
    public Vote prepare(BranchXid name, Duration budget) {
        work.end();
        try {
            lease.answerWithin(budget);
            if (!work.mayHaveWritten() && wroteNothing()) {
                lease.connection().commit();
                return new Vote.ReadOnly();
            }
        } catch (SQLException e) {
            // nothing was prepared: whatever it was, it has been rolled back
            return new Vote.No(failed(e));
        }
        return prepareNow(name);
    }

    private boolean wroteNothing() throws SQLException {
        return !work.hasBegun() || number(askingForNumber()) == null;
    }

    /** Fails in a transaction that has failed, before the statement behind it, which the server would turn into a silent ROLLBACK. */
    private String askingForNumber() {
        return work.hasForgotten() ? PostgresSession.NUMBER_AFRESH : PostgresSession.NUMBER;
    }

    private Vote prepareNow(BranchXid name) {
        String number;
        xid = name;
        try {
            number = number(askingForNumber() + "; PREPARE TRANSACTION '" + PostgresGid.of(name) + "'");
        } catch (SQLException e) {
            String reason = failed(e);
            if (SqlErrors.branchFailure(e, Dialect.POSTGRESQL) == BranchFailure.LOST) {
                return new Vote.Unknown(reason);
            }
            xid = null;
            return new Vote.No(reason);
        }
        if (number != null) {
            hint = PostgresHint.write(number, lease.session().incarnation());
            return new Vote.Prepared(hint);
        }
        return endedWithoutChange() ? new Vote.ReadOnly() : new Vote.Prepared("");
    }

    /** It could have written and has not: PREPARE gave it a number and a place among the prepared ones, which it does not need. */
    private boolean endedWithoutChange() {
        if (finishHere(true) instanceof Ack.Done) {
            xid = null;
            return true;
        }
        return false;
    }

    private @Nullable String number(String sql) throws SQLException {
        try (Statement statement = lease.connection().createStatement()) {
            statement.execute(sql);
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    @Override
    public LastWord commitAlone(@Nullable DecisionRecord riding, Duration budget) {
        work.end();
        try {
            lease.answerWithin(budget);
            commitWith(riding);
            return new LastWord.Committed();
        } catch (SQLException e) {
            boolean overruled = riding != null && DecisionSql.isOverruled(e, Dialect.POSTGRESQL);
            String reason = failed(e);
            if (SqlErrors.branchFailure(e, Dialect.POSTGRESQL) == BranchFailure.LOST) {
                return new LastWord.Unknown(reason);
            }
            return overruled ? new LastWord.Overruled() : new LastWord.RolledBack(reason);
        }
    }

    private void commitWith(@Nullable DecisionRecord riding) throws SQLException {
        if (riding == null && work.firstError() == null) {
            lease.connection().commit();
            return;
        }
        if (riding != null) {
            decideWith(riding);
            return;
        }
        try (Statement statement = lease.connection().createStatement()) {
            statement.execute(askingForNumber() + "; COMMIT");
        }
    }

    private void decideWith(DecisionRecord riding) throws SQLException {
        try (PreparedStatement statement = lease.connection().prepareStatement(DecisionSql.INSERT_AND_COMMIT)) {
            DecisionSql.bind(statement, riding);
            statement.execute();
        }
    }

    @Override
    public Ack commit(Duration budget) {
        return finish(true, budget);
    }

    @Override
    public Ack rollback(Duration budget) {
        work.end();
        if (xid != null) {
            return finish(false, budget);
        }
        try {
            if (!lease.isSpoilt()) {
                lease.answerWithin(budget);
                lease.connection().rollback();
            }
        } catch (SQLException e) {
            failed(e);
        }
        // it was never prepared: without its session it is rolled back too
        return new Ack.Done();
    }

    private Ack finish(boolean commit, Duration budget) {
        BranchXid name = xid;
        if (name == null) {
            throw new IllegalStateException("phase 2 of the " + work + ", which has not been prepared");
        }
        if (lease.isSpoilt()) {
            return driver.finish(commit, name, hint, budget);
        }
        try {
            lease.answerWithin(budget);
        } catch (SQLException e) {
            return new Ack.Retry(failed(e));
        }
        return finishHere(commit);
    }

    private Ack finishHere(boolean commit) {
        try {
            lease.autocommit();
        } catch (SQLException e) {
            return new Ack.Retry(failed(e));
        }
        BranchXid name = java.util.Objects.requireNonNull(xid);
        PostgresPhaseTwo.Answer answer = PostgresPhaseTwo.finish(lease.connection(), commit, name, hint);
        if (!answer.clean()) {
            lease.spoil();
        }
        return answer.ack();
    }

    /** The connection is not used again; what is open on it is rolled back now, as far as it can be reached. */
    private String failed(SQLException error) {
        if (SqlErrors.branchFailure(error, Dialect.POSTGRESQL) == BranchFailure.LOST) {
            lease.cut();
        } else {
            lease.spoil();
            try {
                lease.connection().rollback();
            } catch (SQLException e) {
                LOG.debug("{}: rolling back failed; its session is ended, which does the same", work, e);
                lease.cut();
            }
        }
        SQLException first = work.firstError();
        String said = SqlErrors.describe(error, Dialect.POSTGRESQL);
        return first == null || first == error
                ? said
                : said + ". Before that, in this transaction: " + SqlErrors.describe(first, Dialect.POSTGRESQL);
    }

    @Override
    public void cut() {
        work.cut();
    }

    @Override
    public void release() {
        work.end();
        lease.release();
    }

    @Override
    public String toString() {
        return work.toString();
    }
}
