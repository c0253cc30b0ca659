package io.tallystick.message;

import java.time.Duration;

/**
 * The far end of an operation whose reply can be lost. Whatever a method throws counts as {@link Answer.Unclear}.
 * Implementations are thread-safe.
 */
public interface Remote {

    /** What one attempt told. */
    sealed interface Answer {
        /** The operation took effect. */
        record Done(String value, boolean replayed) implements Answer {}

        /** The far end has decided under this key that the operation takes no effect. */
        record Refused(String reason) implements Answer {}

        /** This attempt was turned away without a look at the key; says nothing about earlier attempts. */
        record TurnedAway(String reason) implements Answer {}

        /** This attempt never left, for example because nobody could be connected. */
        record NotSent(String problem) implements Answer {}

        /**
         * It may have taken effect and it may not.
         *
         * @param retryAfter earliest next attempt, or zero
         */
        record Unclear(String problem, Duration retryAfter) implements Answer {}
    }

    /** Asks for the operation. The key and the request are the same in every attempt. */
    Answer send(String key, String request, Duration timeout) throws Exception;

    /**
     * Makes sure that the operation will never be executed under this key if it was not yet: then answers Refused.
     * Without an override it is not known to be possible, and the outcome stays unknown until {@link #send} tells it.
     */
    default Answer fence(String key, Duration timeout) throws Exception {
        return new Answer.Unclear("this remote cannot fence", Duration.ZERO);
    }
}
