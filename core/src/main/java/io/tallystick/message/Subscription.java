package io.tallystick.message;

/** A running delivery of a channel's messages to one handler; ends when closed. Closing twice does nothing. */
public interface Subscription extends AutoCloseable {
    /** Stops the delivery and waits for handlers that are running. */
    @Override
    void close();
}
