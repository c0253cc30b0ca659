package io.tallystick.bench.xa.campaign;

import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import java.time.Duration;

/** A transfer under a Jakarta Transactions manager. What its answers mean is read here alone, so that all peers are judged alike. */
record JakartaTransfer(TransactionManager manager, Duration timeout) {

    /** What is done between begin and commit. */
    interface Bookings {
        void make() throws Exception;
    }

    Answer carryOut(Bookings bookings) {
        try {
            manager.setTransactionTimeout((int) timeout.toSeconds());
            manager.begin();
        } catch (SystemException | RuntimeException | NotSupportedException e) {
            return Answer.rolledBack(e);
        }
        try {
            bookings.make();
        } catch (Exception e) {
            // nothing was prepared yet, so there is nothing to guess
            return rolledBack(e);
        }
        return commit();
    }

    private Answer rolledBack(Exception why) {
        try {
            manager.rollback();
        } catch (SystemException | RuntimeException e) {
            why.addSuppressed(e);
        }
        return Answer.rolledBack(why);
    }

    private Answer commit() {
        try {
            manager.commit();
            return Answer.COMMITTED;
        } catch (RollbackException e) {
            return Answer.rolledBack(e);
        } catch (HeuristicMixedException | HeuristicRollbackException e) {
            return Answer.mixed(e);
        } catch (SystemException | RuntimeException e) {
            return Answer.unknown("-", e);
        }
    }
}
