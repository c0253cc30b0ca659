package io.tallystick.cdc;

import io.tallystick.jdbc.RejectedException;

/**
 * Changes between a position and what the source still has are lost to the log: the slot was dropped or invalidated, the
 * binlog purged, the history changed. The pipeline must not go on; the tables have to be compared and brought in line.
 */
public class GapException extends RejectedException {

    private static final long serialVersionUID = 1L;

    public GapException(String message) {
        super(message);
    }
}
