package io.tallystick.xa.jta;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.HeuristicException;
import io.tallystick.xa.OutcomeUnknownException;
import io.tallystick.xa.RolledBackException;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaPhase;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.database.XaResourceBranch;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A transaction as Jakarta Transactions sees it. One for each {@link XaTransaction}. Thread-safe. */
final class JtaTransaction implements Transaction {

    private static final Logger LOG = LoggerFactory.getLogger(JtaTransaction.class);
    private static final Object KEY = JtaTransaction.class;

    private final XaEngine engine;
    private final XaTransaction transaction;
    private final ResourceNames names;
    private final Synchronizations synchronizations;
    private final Map<XAResource, XaResourceBranch> enlisted = new IdentityHashMap<>();
    private volatile boolean answered;

    private JtaTransaction(XaEngine engine, XaTransaction transaction, ResourceNames names) {
        this.engine = engine;
        this.transaction = transaction;
        this.names = names;
        this.synchronizations = new Synchronizations(engine, transaction);
        transaction.onCompletion(synchronizations);
    }

    /** The same object for the same transaction, whoever asks. */
    static JtaTransaction of(XaEngine engine, XaTransaction transaction, ResourceNames names) {
        return (JtaTransaction)
                transaction.attachments().computeIfAbsent(KEY, k -> new JtaTransaction(engine, transaction, names));
    }

    /** Whether it was begun by this engine. */
    boolean isOf(XaEngine other) {
        return engine == other;
    }

    XaTransaction transaction() {
        return transaction;
    }

    /** Not when it has ended; but who hears of its end may run another one meanwhile, and comes back to it. */
    boolean canBeResumed() {
        return !transaction.phase().isFinal() || synchronizations.areTold();
    }

    Synchronizations synchronizations() {
        return synchronizations;
    }

    @Override
    public void commit()
            throws RollbackException, HeuristicMixedException, HeuristicRollbackException, SystemException {
        mustBeOpen("committed");
        try {
            transaction.commit();
        } catch (RolledBackException e) {
            throw Failures.rollback(e);
        } catch (HeuristicException e) {
            if (e.isAllRolledBack()) {
                throw Failures.allRolledBack(e);
            }
            throw Failures.mixed(e);
        } catch (OutcomeUnknownException e) {
            throw Failures.system(e);
        } catch (RejectedException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public void rollback() throws SystemException {
        mustBeOpen("rolled back");
        try {
            transaction.rollback();
        } catch (HeuristicException | OutcomeUnknownException e) {
            throw Failures.system(e);
        } catch (RejectedException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** One that the time-out has rolled back is still open to its application, which has not been told yet. */
    private void mustBeOpen(String done) {
        if (answered && transaction.phase().isFinal()) {
            throw new IllegalStateException(transaction + " has ended: it cannot be " + done);
        }
        answered = true;
    }

    @Override
    public void setRollbackOnly() {
        XaPhase phase = transaction.phase();
        if (phase != XaPhase.ACTIVE && phase != XaPhase.DOOMED) {
            throw new IllegalStateException(transaction + " can no longer be marked for rollback");
        }
        transaction.setRollbackOnly("the application marked it for rollback only");
    }

    @Override
    public int getStatus() {
        return Statuses.of(transaction.phase());
    }

    @Override
    public void registerSynchronization(Synchronization synchronization) throws RollbackException {
        mustTakeMore("synchronization");
        synchronizations.add(synchronization);
    }

    @Override
    public boolean enlistResource(XAResource resource) throws RollbackException, SystemException {
        mustTakeMore("resource");
        XaResourceBranch there;
        synchronized (enlisted) {
            there = enlisted.get(resource);
        }
        String name = names.nameOf(resource);
        try {
            if (there != null) {
                startAgain(there, resource);
                return true;
            }
            XaResourceBranch joined = joinedBy(resource);
            XaResourceBranch mine = joined == null ? start(name, resource) : joined;
            synchronized (enlisted) {
                enlisted.put(resource, mine);
            }
            if (joined == null) {
                transaction.enlist(mine);
            }
            return true;
        } catch (XAException e) {
            throw Failures.resource(name, e);
        } catch (TallystickException e) {
            throw Failures.system(e);
        }
    }

    /**
     * The branch of the same resource manager, if there is one and the resource joins it: Jakarta Transactions demands that a resource manager
     * is asked to prepare and to commit once. That it says yes to {@code isSameRM} proves nothing, MySQL refuses to join after that; then
     * it gets a branch of its own.
     */
    private @Nullable XaResourceBranch joinedBy(XAResource resource) {
        List<XaResourceBranch> there;
        synchronized (enlisted) {
            there = enlisted.values().stream().distinct().toList();
        }
        for (XaResourceBranch branch : there) {
            try {
                if (branch.first().isSameRM(resource)) {
                    branch.join(resource);
                    return branch;
                }
            } catch (XAException e) {
                LOG.debug("{}: {} does not join {} (XA error {})", this, resource, branch, e.errorCode);
            }
        }
        return null;
    }

    private static void startAgain(XaResourceBranch there, XAResource resource) throws SystemException {
        try {
            there.startAgain(resource);
        } catch (XAException e) {
            throw Failures.notJoined(there.resource(), e);
        }
    }

    private XaResourceBranch start(String name, XAResource resource) throws XAException {
        BranchXid xid = transaction.nameBranch(name);
        synchronizations.used();
        try {
            return XaResourceBranch.start(name, resource, xid, synchronizations::released);
        } catch (XAException | RuntimeException e) {
            synchronizations.released();
            throw e;
        }
    }

    @Override
    public boolean delistResource(XAResource resource, int flag) throws SystemException {
        XaResourceBranch there;
        synchronized (enlisted) {
            there = enlisted.get(resource);
        }
        XaPhase phase = transaction.phase();
        if (phase != XaPhase.ACTIVE && phase != XaPhase.DOOMED) {
            throw new IllegalStateException(transaction + " takes no resource out any more");
        }
        if (there == null || !there.mayEnd(resource, flag)) {
            return false;
        }
        try {
            there.end(resource, flag);
            return true;
        } catch (XAException e) {
            throw Failures.notDelisted(there.resource(), e);
        } finally {
            if (there.hasFailed()) {
                transaction.setRollbackOnly("resource '" + there.resource() + "' was delisted as failed");
            }
        }
    }

    private void mustTakeMore(String what) throws RollbackException {
        XaPhase phase = transaction.phase();
        if (phase == XaPhase.DOOMED) {
            throw new RollbackException(transaction + " is marked for rollback only: it takes no " + what);
        }
        if (phase != XaPhase.ACTIVE) {
            throw new IllegalStateException(transaction + " takes no " + what + " any more");
        }
    }

    @Override
    public String toString() {
        return transaction.toString();
    }
}
