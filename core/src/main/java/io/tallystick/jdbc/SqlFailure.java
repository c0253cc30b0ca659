package io.tallystick.jdbc;

/** What a caller can do about a failed statement; one constant for each kind of {@link TallystickException}. */
public enum SqlFailure {
    /** Deadlock, serialization failure, lock timeout: rolled back, run it again. */
    CONFLICT,
    /** Nothing happened; the same request can succeed later. */
    UNAVAILABLE,
    /** The connection was lost while a commit was under way: it may have happened. */
    UNKNOWN_OUTCOME,
    /** Nothing happened and repeating is of no use. */
    REJECTED,
    /** The database reports damaged data. */
    CORRUPTION
}
