package io.tallystick.xa.database;

import io.tallystick.xa.Ack;
import io.tallystick.xa.Branch;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A branch in any resource that speaks XA. Its owner gives and takes back the connection. Several XAResources may work for one branch; the
 * first of them is told its end. One thread at a time.
 */
public final class XaResourceBranch implements Branch {

    private static final Logger LOG = LoggerFactory.getLogger(XaResourceBranch.class);

    private enum Association {
        STARTED,
        SUSPENDED,
        ENDED
    }

    /** One resource that works for this branch. */
    private static final class Worker {
        private final XAResource resource;
        private Association association = Association.STARTED;

        Worker(XAResource resource) {
            this.resource = resource;
        }
    }

    private final String name;
    private final XAResource resource;
    private final BranchXid xid;
    private final Runnable whenReleased;
    private final XaFinisher finisher;
    private final List<Worker> workers = new ArrayList<>(1);
    private boolean failed;
    private boolean released;
    private volatile boolean asked;
    private volatile boolean ended;

    private XaResourceBranch(String name, XAResource resource, BranchXid xid, Runnable whenReleased) {
        this.name = name;
        this.resource = resource;
        this.xid = xid;
        this.whenReleased = whenReleased;
        this.finisher = new XaFinisher(name, false);
        workers.add(new Worker(resource));
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

    /**
     * Lets another XAResource of the same resource manager work for this branch (TMJOIN), so that it is prepared and committed once for both.
     *
     * @throws XAException when it refuses, as MySQL does although its driver says that it is the same: it needs a branch of its own
     */
    public void join(XAResource other) throws XAException {
        other.start(name(xid), XAResource.TMJOIN);
        workers.add(new Worker(other));
    }

    /** Associates one of its resources again after {@link #end}: resumes what was suspended, joins what was ended. */
    public void startAgain(XAResource one) throws XAException {
        Worker worker = worker(one);
        if (worker.association != Association.STARTED) {
            one.start(name(xid), worker.association == Association.SUSPENDED ? XAResource.TMRESUME : XAResource.TMJOIN);
            worker.association = Association.STARTED;
        }
    }

    /** Whether the association of one of its resources can end with this flag: what has ended does not end again. */
    public boolean mayEnd(XAResource one, int flag) {
        Association now = worker(one).association;
        return now == Association.STARTED || now == Association.SUSPENDED && flag != XAResource.TMSUSPEND;
    }

    /**
     * Ends the association of one of its resources with the flag that the owner gives: TMSUCCESS, TMFAIL or TMSUSPEND. A resource that answers
     * "rollback" has ended it and has marked the branch: see {@link #hasFailed}.
     */
    public void end(XAResource one, int flag) throws XAException {
        failed |= flag == XAResource.TMFAIL;
        try {
            letGo(worker(one), flag);
        } catch (XAException e) {
            if (!XaCodes.isRollback(e)) {
                throw e;
            }
            failed = true;
        }
    }

    /** Whether it can only be rolled back, because its owner or one of its resources said so when the association ended. */
    public boolean hasFailed() {
        return failed;
    }

    private void letGo(Worker worker, int flag) throws XAException {
        try {
            worker.resource.end(name(xid), flag);
        } catch (XAException e) {
            if (XaCodes.isRollback(e)) {
                worker.association = Association.ENDED;
            }
            throw e;
        }
        worker.association = flag == XAResource.TMSUSPEND ? Association.SUSPENDED : Association.ENDED;
    }

    private Worker worker(XAResource one) {
        return workers.stream()
                .filter(worker -> worker.resource == one)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(one + " does not work for branch " + xid));
    }

    /** The first of its XAResources. */
    public XAResource first() {
        return resource;
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
        asked = true;
        Vote vote = vote();
        ended = vote instanceof Vote.No || vote instanceof Vote.ReadOnly;
        return vote;
    }

    private Vote vote() {
        if (OnePhaseOnly.is(resource)) {
            giveUp();
            return new Vote.No(
                    "its connection is no XA connection and cannot prepare: it can only be alone in a transaction."
                            + " Give its pool an XADataSource");
        }
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
        return toldToEnd(true);
    }

    private Ack toldToEnd(boolean commit) {
        asked = true;
        Ack ack = finisher.finish(resource, commit, xid);
        // what is not there does not lie in this session either
        ended |= !(ack instanceof Ack.Retry);
        return ack;
    }

    @Override
    public Ack rollback(Duration budget) {
        try {
            endIfNeeded(XAResource.TMFAIL);
        } catch (XAException e) {
            LOG.debug("{}: ending before its rollback answered {}", xid, e.errorCode);
        }
        return toldToEnd(false);
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

    /** All of them, and the first error afterwards: one that is left started would keep the branch from being prepared. */
    private void endIfNeeded(int flag) throws XAException {
        XAException first = null;
        for (Worker worker : workers) {
            try {
                if (worker.association != Association.ENDED) {
                    // what is suspended is ended as it is: X/Open XA allows xa_end from there
                    letGo(worker, failed ? XAResource.TMFAIL : flag);
                }
            } catch (XAException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
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

    /** As long as its session may hold the branch: see {@link io.tallystick.xa.Branch#mustBeKept}. */
    @Override
    public boolean mustBeKept() {
        return asked && !ended;
    }

    @Override
    public void release() {
        if (!released) {
            released = true;
            whenReleased.run();
        }
    }
}
