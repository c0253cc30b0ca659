package io.tallystick.xa;

import io.tallystick.jdbc.ConflictException;
import org.jspecify.annotations.Nullable;

/** The transaction was rolled back in every branch although a commit was asked for: it may be run again from its beginning. */
public final class RolledBackException extends ConflictException {
    /** @param cause what failed in the application's own code before the completion, if that was it */
    RolledBackException(Coordination transaction, @Nullable String why, @Nullable Throwable cause) {
        super(transaction + " was rolled back: " + why, cause);
    }
}
