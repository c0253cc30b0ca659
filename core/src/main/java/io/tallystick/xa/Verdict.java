package io.tallystick.xa;

/** What a decision store knows of a transaction. */
public enum Verdict {
    /** A decision to commit is durable. */
    COMMIT,
    /** A tombstone is durable: nobody can decide to commit any more. */
    ABORT
}
