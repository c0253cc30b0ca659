/**
 * Two-phase commit: all branches of a transaction end the same way, and nobody guesses.
 *
 * <p>Start at {@link io.tallystick.xa.XaEngine}. {@link io.tallystick.xa.XaMachine} decides and does nothing; {@link
 * io.tallystick.xa.XaTransaction} does and decides nothing; {@link io.tallystick.xa.Recovery} finishes what others left. The ports
 * are {@link io.tallystick.xa.BranchDriver} (a database that takes part) and {@link io.tallystick.xa.DecisionStore} (where a decision
 * is made durable). Presumed abort (Mohan, Lindsay, Obermarck 1986): the one forced write of a coordinator is the decision to
 * commit; where there is none, the outcome is rollback. Threads: a transaction is driven by its caller, and by a few workers when
 * branches are asked at once; what stays unfinished belongs to the engine's recovery thread.
 */
@NullMarked
package io.tallystick.xa;

import org.jspecify.annotations.NullMarked;
