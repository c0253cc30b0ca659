package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A branch on a pooled XAConnection: what any error was said on is destroyed, and the branch finished on another one. */
final class XaDataSourceBranch implements JdbcBranch {

    private final XaDataSourceDriver driver;
    private final Lease lease;
    private final XaResourceBranch xa;
    private final BranchWork work;
    private boolean ended;

    XaDataSourceBranch(XaDataSourceDriver driver, Lease lease, XaResourceBranch xa) {
        this.driver = driver;
        this.lease = lease;
        this.xa = xa;
        this.work = new BranchWork(driver.resource(), driver.dialect(), lease);
    }

    @Override
    public String resource() {
        return driver.resource();
    }

    /** A decision would need a statement in the database's own language, which is not known here. */
    @Override
    public boolean canDecide() {
        return false;
    }

    /** See {@link InnoDbBranch#canCommitAlone}. */
    @Override
    public boolean canCommitAlone() {
        return driver.dialect() != Dialect.MARIADB;
    }

    @Override
    public BranchXid startedAs() {
        return xa.startedAs();
    }

    @Override
    public Connection connection() {
        return work.handle();
    }

    @Override
    public Vote prepare(BranchXid xid, Duration budget) {
        work.end();
        String lost = answerWithin(budget);
        if (lost != null) {
            return new Vote.No(lost);
        }
        Vote vote = xa.prepare(xid, budget);
        if (vote instanceof Vote.ReadOnly) {
            ended = true;
            driver.sweep(lease, startedAs());
        } else if (!(vote instanceof Vote.Prepared)) {
            lease.cut();
        }
        return vote;
    }

    @Override
    public LastWord commitAlone(@Nullable DecisionRecord riding, Duration budget) {
        work.end();
        String lost = answerWithin(budget);
        if (lost != null) {
            return new LastWord.RolledBack(lost);
        }
        LastWord word = xa.commitAlone(riding, budget);
        ended = word instanceof LastWord.Committed;
        if (!ended) {
            lease.cut();
        }
        return word;
    }

    @Override
    public Ack commit(Duration budget) {
        return phaseTwo(true, budget);
    }

    @Override
    public Ack rollback(Duration budget) {
        work.end();
        return phaseTwo(false, budget);
    }

    private Ack phaseTwo(boolean commit, Duration budget) {
        if (ended) {
            return new Ack.Done();
        }
        if (lease.isSpoilt() || answerWithin(budget) != null) {
            return driver.finish(commit, startedAs(), budget);
        }
        Ack ack = commit ? xa.commit(budget) : xa.rollback(budget);
        ended = ack instanceof Ack.Done;
        if (ended) {
            return ack;
        }
        // a session that hides its branch must go before another can look for it
        lease.cut();
        return new Ack.Retry("to be asked on another connection, because this one answered " + ack);
    }

    private @Nullable String answerWithin(Duration budget) {
        if (lease.isSpoilt()) {
            return "its connection was cut";
        }
        try {
            lease.answerWithin(budget);
            return null;
        } catch (SQLException e) {
            lease.cut();
            return SqlErrors.describe(e, driver.dialect());
        }
    }

    @Override
    public void cut() {
        work.cut();
    }

    @Override
    public void release() {
        work.end();
        if (!ended) {
            lease.spoil();
        }
        lease.release();
    }
}
