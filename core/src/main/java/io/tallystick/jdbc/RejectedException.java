package io.tallystick.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * It did not happen and will not happen like this: a wrong statement, a violated constraint, a missing table or right, a wrong
 * password. Repeating it is of no use.
 */
public non-sealed class RejectedException extends TallystickException {

    public RejectedException(String message) {
        this(message, null);
    }

    public RejectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
