package io.tallystick.saga;

/**
 * What became of a person's request.
 *
 * @param request its number, 0 if it was refused before it was left for the owner
 * @param text a sentence for the person; for a refusal the reason, for a queued request who has to be started
 */
public record Receipt(SagaId saga, long request, Result result, String text) {

    /** How it ended. */
    public enum Result {
        /** The saga's owner carried it out; it is stored. */
        DONE,
        /** It does not fit the saga's state; nothing changed. */
        REFUSED,
        /** Nobody has answered yet; the owner will, unless the saga ends first. */
        QUEUED
    }
}
