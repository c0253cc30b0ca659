package io.tallystick.jdbc;

/** What an error says about a branch of a distributed transaction; see {@link SqlErrors#branchFailure}. */
public enum BranchFailure {
    /** The server knows no prepared branch of this name (XAER_NOTA): no proof of anything. */
    ABSENT,
    /** There is one of this name already (XAER_DUPID). */
    NAME_TAKEN,
    /** The server has rolled it back, or can only roll it back: a constraint, a conflict, an earlier error, XA_RB*. */
    ROLLED_BACK,
    /**
     * Not in the server's present state: no room for another prepared branch, prepared branches switched off, another session just
     * works on this one, the session is busy with another one (XAER_RMFAIL, XAER_OUTSIDE).
     */
    NOT_NOW,
    /** This user may not: on PostgreSQL a branch is finished by the role that prepared it, or a superuser. */
    FORBIDDEN,
    /** The server cannot do this with this branch: temporary tables, NOTIFY, a branch of another database of the server. */
    UNSUPPORTED,
    /** The connection or its session is gone, or the answer is no answer (XAER_RMERR): it may have happened. */
    LOST,
    /** Any other answer of the server: it did not happen. */
    REFUSED
}
