package io.tallystick.message;

/** A body that is not what its command name promises; tells where, never what stands there. */
final class MalformedBodyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedBodyException(String message) {
        super(message);
    }
}
