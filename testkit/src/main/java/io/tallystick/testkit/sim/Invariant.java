package io.tallystick.testkit.sim;

/** What must hold after every event of a simulation, for example that no money appeared or vanished. */
@FunctionalInterface
public interface Invariant {
    /** Throws an {@link AssertionError} when the invariant is broken. */
    void check() throws Exception;
}
