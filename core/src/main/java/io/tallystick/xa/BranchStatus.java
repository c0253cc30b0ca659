package io.tallystick.xa;

/** Where a branch stands, as far as its coordinator knows. */
enum BranchStatus {
    /** Its local transaction is open. */
    WORKING,
    /** Asked for its vote. */
    VOTING,
    /** Voted yes, or its vote is unknown and it may have. */
    PREPARED,
    /** Told to commit or roll back. */
    FINISHING,
    /** Said that it knows no such branch: to be looked for. */
    MISSING,
    /** Ended otherwise than decided: the evidence is being stored. */
    RECORDING,
    /** Nothing more to do. */
    ENDED
}
