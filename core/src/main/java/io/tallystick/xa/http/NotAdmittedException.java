package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import org.jspecify.annotations.Nullable;

/** A request may not take part in the transaction that its header names; nothing has begun, and its handler is not to be called. */
public final class NotAdmittedException extends RejectedException {

    static final int UNREADABLE = 400;
    static final int STRANGER = 403;
    static final int TOO_LATE = 409;

    private final int status;

    NotAdmittedException(int status, String message) {
        this(status, message, null);
    }

    NotAdmittedException(int status, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /**
     * What an HTTP server answers: 400 when the header cannot be read, 403 when it is not signed with a known key or its coordinator is a
     * stranger, 409 when its deadline has passed or it calls its own coordinator back.
     */
    public int status() {
        return status;
    }
}
