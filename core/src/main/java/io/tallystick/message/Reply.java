package io.tallystick.message;

import java.util.Optional;

/**
 * What a participant answers: it did the operation, or it refuses it for a business reason. There is no third answer;
 * when no answer arrives the outcome is unknown, and the operation is sent again with the same key.
 */
public sealed interface Reply permits Reply.Done, Reply.Refused {

    /**
     * The operation took effect (now, or earlier under the same key).
     *
     * @param body JSON text for the asker, or {@code ""}
     */
    record Done(String body) implements Reply {}

    /**
     * The operation took no effect and never will under this key.
     *
     * @param code short, stable, for programs, for example {@code INSUFFICIENT_BALANCE}
     * @param reason one sentence for people; must not hold secrets
     */
    record Refused(String code, String reason) implements Reply {
        public Refused {
            Names.require("refusal code", code, 100);
        }
    }

    /** Done, with nothing to say. */
    static Reply done() {
        return new Done("");
    }

    /** Done, with JSON text for the asker. */
    static Reply done(String body) {
        return new Done(body);
    }

    /** Refused for a business reason. */
    static Reply refused(String code, String reason) {
        return new Refused(code, reason);
    }

    /**
     * The reply that a message carries.
     *
     * @throws IllegalArgumentException if the message has no header {@link Headers#OUTCOME}, or an unknown one
     */
    static Reply of(Message message) {
        String outcome = message.requireHeader(Headers.OUTCOME);
        return switch (outcome) {
            case Headers.DONE -> done(message.body());
            case Headers.REFUSED -> refused(message.requireHeader(Headers.REFUSAL_CODE), message.body());
            default ->
                throw new IllegalArgumentException("message " + message.id() + " has outcome '" + outcome
                        + "': expected '" + Headers.DONE + "' or '" + Headers.REFUSED + "'");
        };
    }

    /**
     * The message that carries this reply to where the command wants it: with the command's correlating headers and an
     * id that is the same each time the same command is answered.
     *
     * @return empty if the command asks for no reply (no header {@link Headers#REPLY_TO})
     */
    default Optional<Message> to(Message command) {
        return command.header(Headers.REPLY_TO).map(channel -> ReplyEnvelope.of(this, command, channel));
    }
}
