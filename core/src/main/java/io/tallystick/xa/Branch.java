package io.tallystick.xa;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One open branch of one transaction: its physical connection is used by nobody else until {@link #release}. One thread at a time.
 * No method throws for what a resource answers: an answer is a value.
 */
public interface Branch {

    /** The resource's name. */
    String resource();

    /** In which database it is, as {@link BranchDriver#incarnation} names it; empty when its connection does not know. */
    default String incarnation() {
        return "";
    }

    /**
     * Whether the branch can take the role of the last participant: it is local, or can be committed in one phase, and writes a decision
     * row into its own commit.
     */
    boolean canDecide();

    /** Whether it can commit in one phase, without a vote: not when it has voted already, in another service. */
    default boolean canCommitAlone() {
        return true;
    }

    /** The id under which it was started, if it had to be named at its start (XA START). */
    @Nullable
    BranchXid startedAs();

    /** Ends the work and prepares. Must answer within the budget: no answer is {@link Vote.Unknown}. */
    Vote prepare(BranchXid xid, Duration budget);

    /** Commits in one phase; with a decision, that row in the same commit. */
    LastWord commitAlone(@Nullable DecisionRecord riding, Duration budget);

    /** Phase 2 of a prepared branch. */
    Ack commit(Duration budget);

    /**
     * Rolls back, prepared or not. An unprepared branch whose connection is lost is {@link Ack.Done}: the database rolls it back when it
     * notices; a prepared one, or one whose vote is unknown, is {@link Ack.Retry} then, and is asked for by name on another connection.
     */
    Ack rollback(Duration budget);

    /**
     * Gives up an unprepared branch from another thread, at a time-out: cuts the connection, so that the database rolls back and its
     * locks go.
     */
    void cut();

    /**
     * Gives up an unprepared branch that is not asked for its vote, on the thread that would have asked: nothing of it may be left in its
     * session, for nobody rolls it back any more.
     */
    default void giveUp() {
        cut();
    }

    /**
     * Whether it was asked to vote or to end, nothing is known to have ended it, and its connection cannot be destroyed from here: then it is
     * not to be given back yet, see {@link Kept}.
     */
    default boolean mustBeKept() {
        return false;
    }

    /**
     * Gives the connection back, or destroys it if anything went wrong on it, or if the branch is still prepared and its session would
     * hide it from others (MariaDB). Idempotent.
     */
    void release();
}
