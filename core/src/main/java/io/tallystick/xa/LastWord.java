package io.tallystick.xa;

/** How the local commit of a branch ended: one phase, or the last participant's commit that carries the decision row. */
public sealed interface LastWord {

    record Committed() implements LastWord {}

    /** Certainly rolled back: a constraint checked at commit, a serialization failure, a session that ended before. */
    record RolledBack(String reason) implements LastWord {}

    /** Rolled back because a recoverer's tombstone for this transaction was there first. */
    record Overruled() implements LastWord {}

    /** The answer was lost: it may have been committed. */
    record Unknown(String reason) implements LastWord {}

    /** It decided by itself, and committed a part of it or will not say what became of it. Never of a commit that carries a decision. */
    record Heuristic(Ack.Heuristic said) implements LastWord {}
}
