package io.tallystick.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * What was found contradicts what must hold (two rows for one key, a damaged index, a broken invariant). Stop this piece of work and
 * call a person; going on can spread the damage.
 */
public non-sealed class CorruptionException extends TallystickException {

    public CorruptionException(String message) {
        this(message, null);
    }

    public CorruptionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
