package io.tallystick.jdbc;

import org.jspecify.annotations.Nullable;

/** A row with this primary or unique key exists already. The transaction was rolled back, or is good for nothing else. */
public class DuplicateKeyException extends RejectedException {

    public DuplicateKeyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
