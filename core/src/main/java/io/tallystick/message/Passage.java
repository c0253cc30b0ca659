package io.tallystick.message;

/**
 * How an operation went through the {@link Barrier}.
 *
 * @param kind what the barrier found
 * @param reply what to answer; for {@link Kind#STALE} answer nothing, because a newer owner may still have the
 *     operation done under the same key
 */
public record Passage(Kind kind, Reply reply) {
    /** What the barrier found. */
    public enum Kind {
        /** First time: the work was run. */
        EXECUTED,
        /** Seen before: the work was not run, the reply is the stored one. */
        REPLAYED,
        /** A compensation without anything to undo: the work was not run; its action is refused from now on. */
        EMPTY,
        /** An action that came after its compensation: refused, the work was not run. */
        LATE,
        /** A new operation of an instance that has ended: refused, the work was not run. */
        ENDED,
        /** Asked for by an owner that has been replaced: the work was not run and nothing was stored. */
        STALE
    }

    /** Whether the work was run in this transaction. */
    public boolean executed() {
        return kind == Kind.EXECUTED;
    }
}
