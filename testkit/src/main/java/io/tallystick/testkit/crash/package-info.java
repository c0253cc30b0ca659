/**
 * Failing at every single point. {@link io.tallystick.testkit.crash.FaultyDataSource} fails the n-th JDBC call, before it
 * is executed or after (the lost reply); {@link io.tallystick.testkit.crash.FaultSweep} does so for n = 1, 2, 3 … until a
 * run gets through. {@link io.tallystick.testkit.crash.CrashRunner} does the same with whole JVMs, which die at the n-th
 * point. Production code needs no hooks: it is given a data source and cannot tell. Thread-safe unless said otherwise.
 */
@NullMarked
package io.tallystick.testkit.crash;

import org.jspecify.annotations.NullMarked;
