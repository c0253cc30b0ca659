package io.tallystick.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * It may have happened and it may not: the answer to a commit was lost. Ask for the outcome (a stored reply, a {@link CommitProbe});
 * never repeat it blindly and never report it as failed.
 */
public non-sealed class UnknownOutcomeException extends TallystickException {

    public UnknownOutcomeException(String message) {
        this(message, null);
    }

    public UnknownOutcomeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
