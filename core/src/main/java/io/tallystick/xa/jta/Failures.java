package io.tallystick.xa.jta;

import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import javax.transaction.xa.XAException;

/** Our exceptions in those of Jakarta Transactions, with the cause kept. */
final class Failures {

    private Failures() {}

    static RollbackException rollback(Exception cause) {
        RollbackException e = new RollbackException(cause.getMessage());
        e.initCause(cause);
        return e;
    }

    static HeuristicRollbackException allRolledBack(Exception cause) {
        HeuristicRollbackException e = new HeuristicRollbackException(cause.getMessage());
        e.initCause(cause);
        return e;
    }

    static HeuristicMixedException mixed(Exception cause) {
        HeuristicMixedException e = new HeuristicMixedException(cause.getMessage());
        e.initCause(cause);
        return e;
    }

    static SystemException system(Exception cause) {
        SystemException e = new SystemException(cause.getMessage());
        e.initCause(cause);
        return e;
    }

    static SystemException resource(String name, XAException cause) {
        SystemException e = new SystemException("resource '" + name + "' answered XA error " + cause.errorCode
                + (cause.getMessage() == null ? "" : ": " + cause.getMessage())
                + ". The transaction goes on without it, or can be rolled back");
        e.initCause(cause);
        return e;
    }

    static SystemException notDelisted(String name, XAException cause) {
        SystemException e = new SystemException("resource '" + name + "' was not delisted: XA error " + cause.errorCode
                + (cause.getMessage() == null ? "" : ": " + cause.getMessage())
                + ". It still takes part, and is asked again when the transaction ends");
        e.initCause(cause);
        return e;
    }

    /** MariaDB and MySQL know neither JOIN nor RESUME (XAER_INVAL). */
    static SystemException notJoined(String name, XAException cause) {
        SystemException e = new SystemException("resource '" + name
                + "' does not take up again the branch that it was delisted from (XA error " + cause.errorCode
                + (cause.getMessage() == null ? "" : ": " + cause.getMessage())
                + "). What it did before still takes part. MariaDB and MySQL cannot join or resume a branch: enlist their"
                + " connection once and do not delist it before the transaction ends");
        e.initCause(cause);
        return e;
    }
}
