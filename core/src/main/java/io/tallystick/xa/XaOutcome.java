package io.tallystick.xa;

/** How a transaction ended, as its application is told. */
public enum XaOutcome {
    /** The decision is durable; every branch has committed, or will. */
    COMMITTED,
    /** Every branch has been rolled back, or will be. */
    ROLLED_BACK,
    /** Some branch ended otherwise than decided; there is evidence, see {@link DecisionStore#heuristics}. */
    MIXED,
    /** Not known yet: the branches are held, and the question is asked again until it is answered. */
    UNKNOWN
}
