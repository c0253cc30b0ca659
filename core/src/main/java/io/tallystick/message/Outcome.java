package io.tallystick.message;

import org.jspecify.annotations.Nullable;

/**
 * What a client knows about an operation it asked for. There is deliberately no "failed": either it is known to have
 * taken effect, or it is known that it never will, or it is unknown and goes on being asked for under its ticket.
 *
 * @param <T> the answer's type
 */
public sealed interface Outcome<T> permits Outcome.Completed, Outcome.NotExecuted, Outcome.Unknown {

    /**
     * The operation took effect.
     *
     * @param value the answer
     * @param replayed true if the server had answered before and repeated its stored answer
     */
    record Completed<T>(T value, boolean replayed) implements Outcome<T> {}

    /**
     * The operation took no effect, and the server will never execute it under this key.
     *
     * @param reason for people
     */
    record NotExecuted<T>(String reason) implements Outcome<T> {}

    /**
     * Nobody knows yet. A background worker goes on asking with the same key; the ticket finds the outcome later, also
     * after a restart.
     */
    record Unknown<T>(Ticket ticket) implements Outcome<T> {}

    /**
     * Where to ask again.
     *
     * @param operation name of the remote operation, as given to the client
     * @param key the idempotency key
     * @param lastProblem what happened in the last attempt, if one was made
     */
    record Ticket(String operation, String key, @Nullable String lastProblem) {}
}
