package io.tallystick.testkit.db;

import org.jspecify.annotations.Nullable;

/** A test database could not be started, stopped or reached; the message says what to do next. */
public final class TestDatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TestDatabaseException(String message) {
        super(message);
    }

    TestDatabaseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
