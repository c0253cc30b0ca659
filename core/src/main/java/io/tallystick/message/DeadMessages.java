package io.tallystick.message;

import java.time.Instant;
import java.util.List;

/** Messages that were set aside because their handler failed too often; for the person who looks at them. */
public interface DeadMessages {

    /**
     * One message that was set aside.
     *
     * @param number its place in the list, unique for this store
     * @param message the message as it was sent
     * @param attempts how often it was tried
     * @param lastError what its handler threw last
     * @param deadAt when it was set aside, on the clock of the channel's store
     */
    record DeadMessage(long number, Message message, int attempts, String lastError, Instant deadAt) {}

    /** The dead messages of a channel, the oldest first. */
    List<DeadMessage> dead(String channel, int limit);

    /**
     * Sends a dead message again, behind what waits under its key. Of several callers one sends it.
     *
     * @return false if there is none with this number (any more)
     */
    boolean retry(long number);
}
