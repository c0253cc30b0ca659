/**
 * Who is measured in two-phase commit: {@link io.tallystick.bench.xa.contender.XaEntrants} lists them. Each moves one unit of money from
 * a row of the first database to a row of the last one, atomically, on the client's thread. Not published.
 */
@NullMarked
package io.tallystick.bench.xa.contender;

import org.jspecify.annotations.NullMarked;
