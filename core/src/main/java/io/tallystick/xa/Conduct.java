package io.tallystick.xa;

/** How the branches of a transaction that have ended so far have followed its decision. Those that only read are none of them. */
enum Conduct {
    /** None has ended yet. */
    NONE,
    /** All of them as decided. */
    AS_DECIDED,
    /** All of them as the opposite, each by itself or by a person's hand. */
    OPPOSITE,
    /** Some so and some otherwise, or one in parts, or nobody knows how. */
    MIXED;

    Conduct and(Conduct next) {
        return this == NONE || this == next ? next : MIXED;
    }
}
