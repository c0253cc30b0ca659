package io.tallystick.xa;

/** Where a transaction stands. One sentence each. */
public enum XaPhase {
    /** The application works; branches may join. */
    ACTIVE,
    /** It will be rolled back; the application has not been told to stop yet. */
    DOOMED,
    /** The only branch, or the only one that wrote, commits by itself: the database's own commit is the decision. */
    ONE_PHASE,
    /** All branches but the last participant are being asked for their votes. */
    PREPARING,
    /** All voted yes; the decision is being made durable. */
    DECIDING,
    /** It is not known whether the decision is durable: nothing is committed or rolled back until the store says so. */
    IN_DOUBT,
    /** The decision to commit is durable; every branch is told until it has acknowledged. */
    COMMITTING,
    /** There is no decision and there will be none; every branch is rolled back. */
    ABORTING,
    /** All branches have voted yes and belong to a coordinator elsewhere. */
    HANDED_OVER,
    /** Every branch has committed. */
    COMMITTED,
    /** Every branch has been rolled back. */
    ROLLED_BACK,
    /** The only branch's commit was lost on the way, and nobody can be asked. */
    UNKNOWN;

    /** Nothing can change it any more. */
    public boolean isFinal() {
        return this == HANDED_OVER || this == COMMITTED || this == ROLLED_BACK || this == UNKNOWN;
    }
}
