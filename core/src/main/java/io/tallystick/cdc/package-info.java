/**
 * Change data capture: reads what a source database committed from its log and applies it to any number of targets,
 * every source transaction exactly once.
 *
 * <p>Start at {@link io.tallystick.cdc.ChangeSource} for where changes come from and at
 * {@link io.tallystick.cdc.RowWriter} for where they go. Between the two everything moves as
 * {@link io.tallystick.cdc.TransactionPiece}s of undecoded {@link io.tallystick.cdc.Row}s. What brings
 * them from the one to the other, and the pipeline itself, is {@link io.tallystick.cdc.replicator}.
 */
@NullMarked
package io.tallystick.cdc;

import org.jspecify.annotations.NullMarked;
