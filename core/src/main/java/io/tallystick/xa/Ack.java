package io.tallystick.xa;

/** A resource's answer in phase 2, or to a rollback. */
public sealed interface Ack {

    /** Done as told. */
    record Done() implements Ack {}

    /**
     * It knows no such branch (XAER_NOTA). No proof that it is done: on MariaDB a living session of a dead coordinator hides the branch.
     * Look for it among the prepared ones, twice.
     */
    record Absent() implements Ack {}

    /** Not known, or not now: ask again later, on a new connection. */
    record Retry(String reason) implements Ack {}

    /**
     * It has ended the branch by itself, otherwise than decided.
     *
     * @param evidence what the resource said or showed, for a person
     */
    record Heuristic(Found found, String evidence) implements Ack {}

    /** What became of a branch that decided by itself. */
    enum Found {
        COMMITTED,
        ROLLED_BACK,
        MIXED,
        UNKNOWN
    }
}
