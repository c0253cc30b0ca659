/**
 * Seeded simulation: many runs of the same story, each with its own random faults, each repeatable from its seed. Put
 * {@link io.tallystick.testkit.sim.SeedTest} on a method that takes a {@link io.tallystick.testkit.sim.Simulation}.
 * Everything happens on the test's own thread, one event after the other; nothing here is thread-safe.
 */
@NullMarked
package io.tallystick.testkit.sim;

import org.jspecify.annotations.NullMarked;
