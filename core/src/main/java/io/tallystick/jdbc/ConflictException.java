package io.tallystick.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * Somebody else was faster: nothing of this transaction remains. Read again and run it again, with a pause.
 */
public non-sealed class ConflictException extends TallystickException {

    public ConflictException(String message) {
        this(message, null);
    }

    public ConflictException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
