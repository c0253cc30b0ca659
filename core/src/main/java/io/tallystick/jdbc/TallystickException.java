package io.tallystick.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * A failure whose type says what the caller can do: {@link ConflictException} run it again on fresh data, {@link
 * UnavailableException} nothing happened, try later, {@link UnknownOutcomeException} it may have happened, ask before repeating,
 * {@link RejectedException} it will never work like this, {@link CorruptionException} stop and call a person.
 */
public abstract sealed class TallystickException extends RuntimeException
        permits ConflictException,
                UnavailableException,
                UnknownOutcomeException,
                RejectedException,
                CorruptionException {

    TallystickException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
