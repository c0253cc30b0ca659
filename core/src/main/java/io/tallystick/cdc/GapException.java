package io.tallystick.cdc;

import io.tallystick.jdbc.RejectedException;

/**
 * Changes between a position and what the source still has are lost to the log: the slot was dropped or invalidated, the
 * binlog purged, the history changed. The pipeline must not go on; the tables have to be compared and brought in line.
 */
public class GapException extends RejectedException {

    private static final long serialVersionUID = 1L;

    private final boolean otherHistory;

    public GapException(String message) {
        this(message, false);
    }

    private GapException(String message, boolean otherHistory) {
        super(message);
        this.otherHistory = otherHistory;
    }

    /** The source is not the one that was read before: its history is another one, or has lost what was read. */
    public static GapException otherHistory(String message) {
        return new GapException(message, true);
    }

    /** Whether the source may be the wrong one, so that nothing may be made like it before a person has looked. */
    public boolean isOtherHistory() {
        return otherHistory;
    }
}
