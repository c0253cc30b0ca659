package io.tallystick.xa.database;

import io.tallystick.xa.Ack;
import io.tallystick.xa.Branch;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.time.Duration;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A branch in any resource that speaks XA. Its owner gives and takes back the connection; {@code isSameRM} is never asked, because
 * resources that say yes refuse to join. One thread at a time.
 */
public final class XaResourceBranch implements Branch {

    private static final Logger LOG = LoggerFactory.getLogger(XaResourceBranch.class);

    private enum Association {
        STARTED,
        SUSPENDED,
        ENDED
    }

    private final String name;
    private final XAResource resource;
    private final BranchXid xid;
    private final Runnable whenReleased;
    private final XaFinisher finisher;
    private Association association = Association.STARTED;
    private boolean failed;
    private boolean released;

    private XaResourceBranch(String name, XAResource resource, BranchXid xid, Runnable whenReleased) {
        this.name = name;
        this.resource = resource;
        this.xid = xid;
        this.whenReleased = whenReleased;
        this.finisher = new XaFinisher(name, false);
    }

    /**
     * Begins a branch on this resource.
     *
     * @param whenReleased called once, when nobody needs the connection any more
     * @throws XAException when the resource refuses: nothing has begun
     */
    public static XaResourceBranch start(String name, XAResource resource, BranchXid xid, Runnable whenReleased)
            throws XAException {
        resource.start(name(xid), XAResource.TMNOFLAGS);
        return new XaResourceBranch(name, resource, xid, whenReleased);
    }

    /** Associates the resource again after {@link #end}: resumes what was suspended, joins what was ended. */
    public void startAgain() throws XAException {
        if (association != Association.STARTED) {
            resource.start(name(xid), association == Association.SUSPENDED ? XAResource.TMRESUME : XAResource.TMJOIN);
            association = Association.STARTED;
        }
    }

    /** Ends the association with the flag that the owner gives: TMSUCCESS, TMFAIL or TMSUSPEND. */
    public void end(int flag) throws XAException {
        resource.end(name(xid), flag);
        association = flag == XAResource.TMSUSPEND ? Association.SUSPENDED : Association.ENDED;
        failed |= flag == XAResource.TMFAIL;
    }

    @Override
    public String resource() {
        return name;
    }

    @Override
    public boolean canDecide() {
        return false;
    }

    /** See {@link InnoDbBranch#canCommitAlone}: in the hands of a pool that hides the driver's own class MariaDB is not recognised. */
    @Override
    public boolean canCommitAlone() {
        return !resource.getClass().getName().startsWith("org.mariadb.");
    }

    @Override
    public BranchXid startedAs() {
        return xid;
    }

    @Override
    public Vote prepare(BranchXid ignored, Duration budget) {
        try {
            endWork();
            return resource.prepare(name(xid)) == XAResource.XA_RDONLY ? new Vote.ReadOnly() : new Vote.Prepared("");
        } catch (XAException e) {
            return XaCodes.prepare(e);
        }
    }

    @Override
    public LastWord commitAlone(@Nullable DecisionRecord riding, Duration budget) {
        if (riding != null) {
            throw new IllegalStateException("a decision cannot ride in an XA branch of '" + name + "'");
        }
        try {
            endWork();
            resource.commit(name(xid), true);
            return new LastWord.Committed();
        } catch (XAException e) {
            forgetIfHeuristic(e);
            return XaCodes.commitAlone(e);
        }
    }

    @Override
    public Ack commit(Duration budget) {
        return finisher.finish(resource, true, xid);
    }

    @Override
    public Ack rollback(Duration budget) {
        try {
            endIfNeeded(XAResource.TMFAIL);
        } catch (XAException e) {
            LOG.debug("{}: ending before its rollback answered {}", xid, e.errorCode);
        }
        return finisher.finish(resource, false, xid);
    }

    private static Xid name(BranchXid xid) {
        return new PrintableXid(xid);
    }

    /** An end that answers "rollback" has only marked the branch (X/Open XA, xa_end): it stays in its session until it is rolled back. */
    private void endWork() throws XAException {
        try {
            endIfNeeded(XAResource.TMSUCCESS);
        } catch (XAException e) {
            if (XaCodes.isRollback(e)) {
                giveUp();
            }
            throw e;
        }
    }

    private void endIfNeeded(int flag) throws XAException {
        if (association != Association.ENDED) {
            // what is suspended is ended as it is: X/Open XA allows xa_end from there
            end(failed ? XAResource.TMFAIL : flag);
        }
    }

    private void forgetIfHeuristic(XAException e) {
        if (XaCodes.isHeuristic(e)) {
            try {
                resource.forget(name(xid));
            } catch (XAException again) {
                LOG.debug("{}: forget answered {}", xid, again.errorCode);
            }
        }
    }

    /** The connection is its owner's: the branch is rolled back when the transaction is. */
    @Override
    public void cut() {
        // an XAResource has no way to be interrupted from another thread
    }

    /** The owner's pool would hand the connection, with this branch still in it, to the next one. */
    @Override
    public void giveUp() {
        Ack ack = rollback(Duration.ZERO);
        if (!(ack instanceof Ack.Done)) {
            LOG.warn("{} on '{}' was given up, and its rollback answered: {}", xid, name, ack);
        }
    }

    @Override
    public void release() {
        if (!released) {
            released = true;
            whenReleased.run();
        }
    }
}
