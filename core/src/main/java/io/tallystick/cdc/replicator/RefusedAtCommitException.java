package io.tallystick.cdc.replicator;

import io.tallystick.jdbc.RejectedException;

/** The target looked at the data only at the commit, and refused it: nothing of the transaction is there, and that is sure. */
final class RefusedAtCommitException extends RejectedException {

    private static final long serialVersionUID = 1L;

    RefusedAtCommitException(RuntimeException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
