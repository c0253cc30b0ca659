package io.tallystick.saga;

/**
 * Thrown by a step's action that knows it left nothing behind, such as a connection that was never made. Any other
 * exception of an outside call means that nobody knows.
 */
public final class NotExecuted extends RuntimeException {

    public NotExecuted(String reason, Throwable cause) {
        super(reason, cause);
    }
}
