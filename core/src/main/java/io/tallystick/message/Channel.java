package io.tallystick.message;

import java.util.List;

/**
 * Moves messages between services: at least once, in order per key. Safe for use by many threads. One channel object
 * carries any number of named channels.
 */
public interface Channel extends AutoCloseable {
    /**
     * Sends the messages; they are durable when this returns. Sending a message again is always allowed: consumers
     * drop what they have seen (see {@link OperationKey}).
     *
     * @throws io.tallystick.jdbc.UnavailableException if none of them was sent; send again later
     * @throws io.tallystick.jdbc.UnknownOutcomeException if they may have been sent; send the same messages again
     */
    void send(List<Message> messages);

    /** Sends one message; see {@link #send(List)}. */
    default void send(Message message) {
        send(List.of(message));
    }

    /**
     * Hands every message of the named channel to the handler: in order per key, at least once, never two of one key
     * at the same time. A message whose handler keeps throwing is tried again with growing pauses and then set aside
     * in the list of dead messages; meanwhile only messages of the same key wait.
     *
     * @return closing it stops the delivery; messages not yet handled wait for the next subscriber
     */
    Subscription subscribe(String channel, MessageHandler handler);

    /** Ends all subscriptions of this object; waits for handlers that are running. */
    @Override
    void close();
}
