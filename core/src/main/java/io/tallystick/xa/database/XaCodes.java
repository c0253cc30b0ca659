package io.tallystick.xa.database;

import io.tallystick.xa.Ack;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import javax.transaction.xa.XAException;

/**
 * What the codes of an XAResource mean (X/Open XA, C193), and what drivers really mean by them: a code alone never proves that a branch
 * has ended. XAER_RMERR is ambiguous, XAER_NOTA may hide a living branch (MariaDB), and 0 is a driver's way to say nothing.
 */
final class XaCodes {

    private XaCodes() {}

    static Vote prepare(XAException e) {
        if (isRollback(e)) {
            return new Vote.No(text(e));
        }
        return switch (e.errorCode) {
            // nothing is left of it, so nothing can commit
            case XAException.XAER_NOTA -> new Vote.No(text(e));
            default -> new Vote.Unknown(text(e));
        };
    }

    static LastWord commitAlone(XAException e) {
        if (isRollback(e) || e.errorCode == XAException.XA_HEURRB) {
            return new LastWord.RolledBack(text(e));
        }
        return switch (e.errorCode) {
            case XAException.XA_HEURCOM -> new LastWord.Committed();
            case XAException.XA_HEURMIX -> new LastWord.Heuristic(new Ack.Heuristic(Ack.Found.MIXED, text(e)));
            case XAException.XA_HEURHAZ -> new LastWord.Heuristic(new Ack.Heuristic(Ack.Found.UNKNOWN, text(e)));
            default -> new LastWord.Unknown(text(e));
        };
    }

    static Ack commit(XAException e) {
        if (isRollback(e)) {
            return new Ack.Heuristic(Ack.Found.ROLLED_BACK, text(e));
        }
        return switch (e.errorCode) {
            case XAException.XA_HEURCOM -> new Ack.Heuristic(Ack.Found.COMMITTED, text(e));
            case XAException.XA_HEURRB -> new Ack.Heuristic(Ack.Found.ROLLED_BACK, text(e));
            case XAException.XA_HEURMIX -> new Ack.Heuristic(Ack.Found.MIXED, text(e));
            case XAException.XA_HEURHAZ -> new Ack.Heuristic(Ack.Found.UNKNOWN, text(e));
            case XAException.XAER_NOTA, XAException.XAER_RMERR -> new Ack.Absent();
            default -> new Ack.Retry(text(e));
        };
    }

    static Ack rollback(XAException e) {
        return isRollback(e) ? new Ack.Done() : commit(e);
    }

    /**
     * What the resource itself said: Agroal 3.0.1's recovery connections answer every error of their driver by XAER_RMFAIL, and have the real one
     * as its cause. A branch that is gone would be asked for in vain for ever.
     */
    static XAException said(XAException e) {
        return e.errorCode == XAException.XAER_RMFAIL && e.getCause() instanceof XAException hidden ? hidden : e;
    }

    /** Whether the resource keeps a record of its own decision until it is told to forget. */
    static boolean isHeuristic(XAException e) {
        return e.errorCode >= XAException.XA_HEURMIX && e.errorCode <= XAException.XA_HEURHAZ;
    }

    /** Whether it says that we asked at the wrong time or for the impossible: our mistake, and no news about the branch. */
    static boolean isProtocol(XAException e) {
        return e.errorCode == XAException.XAER_PROTO
                || e.errorCode == XAException.XAER_INVAL
                || e.errorCode == XAException.XAER_OUTSIDE;
    }

    static boolean isRollback(XAException e) {
        return e.errorCode >= XAException.XA_RBBASE && e.errorCode <= XAException.XA_RBEND;
    }

    static String text(XAException e) {
        return "XA error " + e.errorCode + (e.getMessage() == null ? "" : ": " + e.getMessage());
    }
}
