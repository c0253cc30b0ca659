package io.tallystick.cdc.replicator;

import io.tallystick.jdbc.UnavailableException;

/** The spool of a pipeline cannot be used now, so nothing is begun: what the source is told would rely on it. */
final class NoSpoolException extends UnavailableException {

    private static final long serialVersionUID = 1L;

    NoSpoolException(RuntimeException why) {
        super(String.valueOf(why.getMessage()), why);
    }
}
