package io.tallystick.message;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Addresses a reply: copies what correlates it with its command. */
final class ReplyEnvelope {
    private static final List<String> COPIED = List.of(
            Headers.CORRELATION_ID,
            Headers.SAGA,
            Headers.STEP,
            Headers.PHASE,
            Headers.EXECUTION,
            Headers.ATTEMPT,
            Headers.EPOCH,
            Headers.DEFINITION,
            Headers.OPERATION);

    private ReplyEnvelope() {}

    static Message of(Reply reply, Message command, String channel) {
        Map<String, String> headers = new TreeMap<>();
        COPIED.forEach(name -> command.header(name).ifPresent(value -> headers.put(name, value)));
        headers.put(Headers.CAUSATION_ID, command.id());
        String body;
        if (reply instanceof Reply.Refused refused) {
            headers.put(Headers.OUTCOME, Headers.REFUSED);
            headers.put(Headers.REFUSAL_CODE, refused.code());
            body = refused.reason();
        } else {
            headers.put(Headers.OUTCOME, Headers.DONE);
            body = ((Reply.Done) reply).body();
        }
        return new Message(command.id() + ":reply", channel, command.key(), headers, body);
    }
}
