package io.tallystick.cli;

/** The codes that a command ends with; docs/operations.md explains them to people. */
final class Exit {

    static final int OK = 0;
    /** A check failed, or a judgement found something. */
    static final int FINDINGS = 1;

    static final int USAGE = 2;
    /** The database cannot be reached; nothing happened. */
    static final int UNREACHABLE = 3;
    /** Refused: by the saga's owner, by the database, or because the thing is not there. */
    static final int REFUSED = 4;
    /** Nobody knows yet: the request is queued, or the answer was lost. */
    static final int UNKNOWN = 5;
    /** A defect of tally itself. */
    static final int DEFECT = 70;
    /** Ended by Ctrl-C. */
    static final int INTERRUPTED = 130;

    private Exit() {}
}
