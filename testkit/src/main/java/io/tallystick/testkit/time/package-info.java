/**
 * Time that is told instead of read: {@link io.tallystick.testkit.time.VirtualClock} stands wherever code takes an
 * {@link java.time.InstantSource}. Thread-safe.
 */
@NullMarked
package io.tallystick.testkit.time;

import org.jspecify.annotations.NullMarked;
