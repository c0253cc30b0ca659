package io.tallystick.cdc.replicator;

import io.tallystick.jdbc.RejectedException;

/** Somebody else has taken over the pipeline at this target; whoever gets this has written nothing and must stop. */
public final class FencedException extends RejectedException {

    private static final long serialVersionUID = 1L;

    FencedException(String message) {
        super(message);
    }
}
