package io.tallystick.message;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One command, reply or event. Messages with the same channel and key arrive in the order in which they were sent;
 * any message may arrive more than once.
 *
 * @param id unique for each message; the same when the same message is sent again; 1 to 450 characters without blanks
 * @param channel name of the channel it is sent to; 1 to 100 characters without blanks
 * @param key what keeps its place in the order, usually the saga's id; 1 to 200 characters without blanks
 * @param headers see {@link Headers}; copied, sorted by name
 * @param body JSON text, or {@code ""}
 */
public record Message(String id, String channel, String key, Map<String, String> headers, String body) {
    private static final int MAX_ID = 450;

    public Message {
        Names.require("message id", id, MAX_ID);
        Names.require("channel", channel, 100);
        Names.require("message key", key, 200);
        headers = Collections.unmodifiableMap(new TreeMap<>(headers));
    }

    /** The value of a header, if the message has it. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /**
     * The value of a header that must be there.
     *
     * @throws IllegalArgumentException naming the message and the missing header
     */
    public String requireHeader(String name) {
        return header(name)
                .orElseThrow(() -> new IllegalArgumentException("message " + id + " on channel " + channel
                        + " has no header '" + name + "'; it has " + headers.keySet()));
    }

    /** This message with one header set. */
    public Message withHeader(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new Message(id, channel, key, more, body);
    }

    /** Leaves out headers and body: they may hold personal data and must not reach logs. */
    @Override
    public String toString() {
        return "message " + id + " on channel " + channel + " with key " + key;
    }
}
