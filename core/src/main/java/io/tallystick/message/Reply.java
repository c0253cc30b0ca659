package io.tallystick.message;

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
}
