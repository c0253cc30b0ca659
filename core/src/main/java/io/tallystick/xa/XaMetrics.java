package io.tallystick.xa;

import java.time.Duration;

/**
 * Where an engine reports what it does. Called on the engine's own threads and on the application's, never under a lock: an implementation
 * must be quick and thread-safe. What it throws is logged and changes nothing.
 */
public interface XaMetrics {

    /** Reports nothing. */
    XaMetrics NONE = new XaMetrics() {};

    /**
     * The application was told how a transaction ended; {@link XaOutcome#UNKNOWN} may become known later.
     *
     * @param sinceBegin with the application's own work
     */
    default void ended(XaOutcome outcome, Duration sinceBegin) {}

    /** The part of a transaction that another service coordinates was prepared and belongs to that one now. */
    default void handedOver(Duration sinceBegin) {}

    /**
     * A transaction has left a phase: {@link XaPhase#ACTIVE} is the application's work, {@link XaPhase#PREPARING} the votes, {@link
     * XaPhase#DECIDING} the decision's write, {@link XaPhase#COMMITTING} and {@link XaPhase#ABORTING} phase 2.
     */
    default void left(XaPhase phase, Duration took) {}

    /** A branch, or a decision store, did not answer and was asked again. */
    default void askedAgain(String resource) {}

    /**
     * What a resource holds, at each look ({@link XaSettings#scanEvery}).
     *
     * @param branches prepared at an earlier look already, so nobody's ordinary work of a moment
     * @param oldest since the first look that saw it; zero when there is none
     */
    default void inDoubt(String resource, int branches, Duration oldest) {}

    /** Whether a resource takes new branches, at each look: not while it does not answer. */
    default void takesBranches(String resource, boolean takes) {}

    /** A branch ended otherwise than decided, or its policy ended it; there is evidence. */
    default void heuristic(String resource, Verdict decided) {}

    /** A transaction that somebody left behind is being finished here. */
    default void tookOver() {}
}
