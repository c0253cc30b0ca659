package io.tallystick.message;

/**
 * A message that was read from its lane and is to be handled.
 *
 * @param attempts how often it has failed before
 */
record Delivery(long seq, int lane, Message message, int attempts) {
    String key() {
        return message.key();
    }
}
