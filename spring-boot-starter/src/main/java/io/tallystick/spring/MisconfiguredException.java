package io.tallystick.spring;

/** The application cannot start with its properties {@code tallystick.xa}. The message says each mistake, and what mends it. */
public final class MisconfiguredException extends IllegalStateException {

    MisconfiguredException(String message) {
        super(message);
    }

    MisconfiguredException(String message, Throwable cause) {
        super(message, cause);
    }
}
