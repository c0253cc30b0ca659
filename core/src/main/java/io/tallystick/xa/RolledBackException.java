package io.tallystick.xa;

import io.tallystick.jdbc.ConflictException;
import org.jspecify.annotations.Nullable;

/** The transaction was rolled back in every branch although a commit was asked for: it may be run again from its beginning. */
public final class RolledBackException extends ConflictException {
    RolledBackException(Coordination transaction, @Nullable String why) {
        super(transaction + " was rolled back: " + why);
    }
}
