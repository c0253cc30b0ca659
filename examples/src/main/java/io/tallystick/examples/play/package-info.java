/**
 * Plays the flows: customers who start sagas, faults that strike, a person who steps in, and the auditor who compares the
 * books afterwards. A flow's part is a {@link io.tallystick.examples.play.FlowPlay}; one after the other as scenes, or
 * all at once as {@link io.tallystick.examples.play.Load}. Each play runs on its caller's thread; the load adds its own.
 */
@NullMarked
package io.tallystick.examples.play;

import org.jspecify.annotations.NullMarked;
