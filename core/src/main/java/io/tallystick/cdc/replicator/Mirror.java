package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetTable;

/**
 * A target's table that holds exactly the rows of one table of the source, under the same key, so that what the source does not have may
 * be deleted there.
 *
 * @param keyCells for each place of the target's key the source's cell that it comes from
 */
public record Mirror(TargetTable table, int[] keyCells) {}
