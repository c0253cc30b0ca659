package io.tallystick.saga;

/** What a person can do to a saga. */
public enum Verb {
    /** Try the parked step again now. */
    RETRY,
    /** Replace the payload, then try the parked step again. */
    EDIT,
    /** The parked step did happen: go on, with the evidence noted. */
    MARK_DONE,
    /** Go on without the parked step. */
    SKIP,
    /** Take everything back. */
    COMPENSATE,
    /** Go forward again, doing once more what was taken back. */
    RESUME,
    /** Make somebody else responsible. */
    REASSIGN,
    /** Write something down. */
    NOTE
}
