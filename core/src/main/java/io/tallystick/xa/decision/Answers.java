package io.tallystick.xa.decision;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TxWork;
import io.tallystick.jdbc.UnavailableException;
import org.jspecify.annotations.Nullable;

/** Runs single statements of a store, each committed by itself, and tells their failures in the port's two words. */
record Answers(String store, Jdbc jdbc) {

    /**
     * @param what for messages: "writing decision …"
     * @throws UnavailableException when certainly nothing happened, be it for a conflict, a missing table or a missing right
     * @throws io.tallystick.jdbc.UnknownOutcomeException when a writing statement's answer was lost
     */
    <T extends @Nullable Object> T to(String what, TxWork<T> work) {
        try {
            return jdbc.autocommit(work);
        } catch (ConflictException | RejectedException e) {
            throw new UnavailableException("decision store " + store + ", " + what + ": " + e.getMessage(), e);
        }
    }
}
