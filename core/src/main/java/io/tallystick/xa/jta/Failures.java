package io.tallystick.xa.jta;

import jakarta.transaction.HeuristicMixedException;
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
}
