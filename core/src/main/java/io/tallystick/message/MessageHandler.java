package io.tallystick.message;

/** Handles messages of a channel. Called by several threads, but never twice at once for the same key. */
@FunctionalInterface
public interface MessageHandler {
    /**
     * Handles one message, which may have been handed over before. A normal return acknowledges it.
     *
     * @throws Exception if the message was not handled; it will come again
     */
    void handle(Message message) throws Exception;
}
