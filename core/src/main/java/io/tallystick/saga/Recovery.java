package io.tallystick.saga;

/** What a step allows once something behind it goes wrong. */
public enum Recovery {
    /** Can be taken back, or leaves nothing to take back. */
    COMPENSABLE,
    /** The point of no return: once it is done the saga only goes forward. */
    PIVOT,
    /** Comes after the pivot; is retried until done, and parks when retrying does not help. */
    FORWARD_ONLY
}
