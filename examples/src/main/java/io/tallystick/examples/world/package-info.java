/**
 * One run's surroundings: real databases, one process for each service, and their end. Start at
 * {@link io.tallystick.examples.world.World}. Nothing of it outlives the process that opened it, however that ends.
 */
@NullMarked
package io.tallystick.examples.world;

import org.jspecify.annotations.NullMarked;
