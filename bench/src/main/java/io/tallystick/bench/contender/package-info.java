/**
 * The engines that are compared, each behind {@link io.tallystick.bench.contender.Contender}: Tallystick, its peers, and SQL
 * written by hand. Start at {@link io.tallystick.bench.contender.Entrants}. Every contender is called by many client
 * threads at once.
 */
@NullMarked
package io.tallystick.bench.contender;

import org.jspecify.annotations.NullMarked;
