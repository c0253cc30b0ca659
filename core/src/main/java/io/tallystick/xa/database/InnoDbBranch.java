package io.tallystick.xa.database;

import io.tallystick.jdbc.BranchFailure;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.SqlFailure;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import io.tallystick.xa.decision.DecisionSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A branch in MariaDB or MySQL: a plain local transaction that becomes the last participant, or, named when it began, an XA branch. A
 * connection on which the server said anything unexpected is destroyed, and its session ended if that matters: what it had not
 * prepared is then rolled back, and what it had prepared can be finished by any other.
 */
final class InnoDbBranch implements JdbcBranch {

    private static final Logger LOG = LoggerFactory.getLogger(InnoDbBranch.class);

    private final String resource;
    private final Dialect dialect;
    private final XaWords words;
    private final InnoDbFinisher finisher;
    private final Lease lease;
    private final BranchWork work;
    private final @Nullable BranchXid xid;
    private Stage stage = Stage.WORKING;

    private enum Stage {
        WORKING,
        /** Asked to prepare: prepared, or it is not known. */
        VOTED,
        ENDED
    }

    /** @param xid under which it was started; null for a local transaction */
    InnoDbBranch(InnoDbFinisher finisher, Lease lease, @Nullable BranchXid xid) {
        this.resource = finisher.pool().settings().name();
        this.dialect = finisher.pool().dialect();
        this.words = finisher.words();
        this.finisher = finisher;
        this.lease = lease;
        this.work = new BranchWork(resource, dialect, lease);
        this.xid = xid;
    }

    @Override
    public String incarnation() {
        return lease.session().incarnation();
    }

    @Override
    public String resource() {
        return resource;
    }

    @Override
    public boolean canDecide() {
        return canCommitAlone();
    }

    /**
     * MariaDB with its binary log forgets XA COMMIT … ONE PHASE in a crash: it has answered "done", and after kill -9 the branch is
     * prepared (measured on 11.4.5, nearly always for the last one). A local COMMIT and the two phases are durable there.
     */
    @Override
    public boolean canCommitAlone() {
        return xid == null || dialect != Dialect.MARIADB;
    }

    @Override
    public @Nullable BranchXid startedAs() {
        return xid;
    }

    @Override
    public Connection connection() {
        return work.handle();
    }

    @Override
    public Vote prepare(BranchXid as, Duration budget) {
        work.end();
        String doomed = doomed();
        if (doomed == null && !as.equals(xid)) {
            doomed = "it is a local transaction, or another branch, and cannot be prepared as " + as;
        }
        if (doomed != null) {
            rollbackAfterAnError(budget);
            return new Vote.No(doomed);
        }
        if (!work.hasBegun()) {
            rollbackWork(budget);
            return new Vote.ReadOnly();
        }
        stage = Stage.VOTED;
        try {
            lease.answerWithin(budget);
            words.endAndPrepare(lease.connection(), as);
            return new Vote.Prepared(session());
        } catch (SQLException e) {
            return refused(e, as);
        }
    }

    private Vote refused(SQLException error, BranchXid as) {
        String said = SqlErrors.describe(error, dialect);
        switch (SqlErrors.branchFailure(error, dialect)) {
            case ROLLED_BACK, NAME_TAKEN, FORBIDDEN, UNSUPPORTED -> {
                // the server can only roll it back, and waits for the word
                Ack done = finishHere(false, as);
                lease.spoil();
                return done instanceof Ack.Done ? new Vote.No(said) : new Vote.Unknown(said);
            }
            default -> {
                lease.cut();
                return new Vote.Unknown(said);
            }
        }
    }

    @Override
    public LastWord commitAlone(@Nullable DecisionRecord riding, Duration budget) {
        work.end();
        String doomed = doomed();
        if (doomed != null) {
            rollbackAfterAnError(budget);
            return new LastWord.RolledBack(doomed);
        }
        stage = Stage.ENDED;
        String insert = riding == null ? null : DecisionSql.insert(riding, dialect);
        try {
            lease.answerWithin(budget);
            commitWith(insert);
            return new LastWord.Committed();
        } catch (SQLException e) {
            return notCommitted(e, insert != null);
        }
    }

    private void commitWith(@Nullable String insert) throws SQLException {
        Connection connection = lease.connection();
        if (xid != null) {
            words.endAndCommit(connection, xid, insert);
        } else if (insert != null) {
            words.insertAndCommit(connection, insert);
        } else {
            words.commitLocal(connection);
        }
    }

    private LastWord notCommitted(SQLException error, boolean withDecision) {
        String said = SqlErrors.describe(error, dialect);
        if (SqlErrors.classify(error, dialect, true) == SqlFailure.UNKNOWN_OUTCOME
                || SqlErrors.branchFailure(error, dialect) == BranchFailure.LOST) {
            lease.cut();
            return new LastWord.Unknown(said);
        }
        stage = Stage.WORKING;
        rollbackAfterAnError(Duration.ofSeconds(5));
        return withDecision && DecisionSql.isOverruled(error, dialect)
                ? new LastWord.Overruled()
                : new LastWord.RolledBack(said);
    }

    @Override
    public Ack commit(Duration budget) {
        return phaseTwo(true, budget);
    }

    @Override
    public Ack rollback(Duration budget) {
        work.end();
        if (stage == Stage.WORKING) {
            rollbackWork(budget);
            return new Ack.Done();
        }
        return stage == Stage.ENDED ? new Ack.Done() : phaseTwo(false, budget);
    }

    private Ack phaseTwo(boolean commit, Duration budget) {
        if (stage != Stage.VOTED || xid == null) {
            return new Ack.Retry("the branch on " + resource + " is not prepared here");
        }
        if (lease.isSpoilt()) {
            return finisher.finish(commit, xid, session(), budget);
        }
        try {
            lease.answerWithin(budget);
        } catch (SQLException e) {
            lease.cut();
            return new Ack.Retry(SqlErrors.describe(e, dialect));
        }
        return finishHere(commit, xid);
    }

    /** On the connection that prepared it. What goes wrong is judged on another one, when this session is gone. */
    private Ack finishHere(boolean commit, BranchXid prepared) {
        try {
            if (commit) {
                words.commitHere(lease.connection(), prepared);
            } else {
                words.rollbackIfThere(lease.connection(), prepared);
            }
            stage = Stage.ENDED;
            return new Ack.Done();
        } catch (SQLException e) {
            lease.cut();
            return new Ack.Retry(SqlErrors.describe(e, dialect));
        }
    }

    /** Never prepared, so the end of its session is the end of its work. */
    private void rollbackWork(Duration budget) {
        stage = Stage.ENDED;
        if (lease.isSpoilt()) {
            return;
        }
        try {
            lease.answerWithin(budget);
            if (xid == null) {
                words.rollbackLocal(lease.connection());
            } else {
                words.endAndRollback(lease.connection(), xid);
            }
        } catch (SQLException e) {
            LOG.debug("{}: a rollback failed; the session is ended, which has the same effect", resource, e);
            lease.cut();
        }
    }

    /** Whatever state the server has left its session in: nobody else gets it. */
    private void rollbackAfterAnError(Duration budget) {
        rollbackWork(budget);
        lease.spoil();
    }

    private @Nullable String doomed() {
        if (lease.isSpoilt()) {
            return "its connection was cut";
        }
        SQLException error = work.firstError();
        // InnoDB has rolled back what came before; committing what came after it would be half of the work
        return error != null && SqlErrors.isDeadlock(error, dialect) ? SqlErrors.describe(error, dialect) : null;
    }

    /** Who it is at the server, as in its vote's hint. */
    String session() {
        return lease.session().id();
    }

    @Override
    public void cut() {
        work.cut();
    }

    @Override
    public void release() {
        work.end();
        if (stage != Stage.ENDED) {
            lease.spoil();
        }
        lease.release();
    }

    @Override
    public String toString() {
        return (xid == null ? "local branch" : "branch " + xid) + " on " + resource;
    }
}
