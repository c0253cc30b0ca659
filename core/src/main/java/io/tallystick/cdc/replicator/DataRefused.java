package io.tallystick.cdc.replicator;

/** The target took a look at the data and said no. */
final class DataRefused extends Exception {

    private static final long serialVersionUID = 1L;

    DataRefused(RuntimeException cause) {
        super(cause.getMessage(), cause);
    }
}
