package io.tallystick.testkit.sim;

/** What must hold when a simulation is over, for example that nothing is left half done. */
@FunctionalInterface
public interface Validation {
    /** Throws an {@link AssertionError} when the result is wrong. */
    void check() throws Exception;
}
