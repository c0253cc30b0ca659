package io.tallystick.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * Nothing happened, and the same request can succeed later: the database is away, full, read-only, too busy or too slow.
 */
public non-sealed class UnavailableException extends TallystickException {

    public UnavailableException(String message) {
        this(message, null);
    }

    public UnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
