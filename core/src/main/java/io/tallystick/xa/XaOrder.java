package io.tallystick.xa;

import io.tallystick.jdbc.RejectedException;

/**
 * What a person orders about a transaction.
 *
 * @param who for the audit
 * @param why for the audit
 * @param force also what may contradict a decision that is not seen, or a coordinator that is alive
 */
public record XaOrder(Verdict verdict, String who, String why, boolean force) {

    /** @throws RejectedException when it is not said who and why */
    public XaOrder {
        if (who.isBlank() || why.isBlank()) {
            throw new RejectedException("an order about a transaction needs who and why: both are written down first");
        }
    }
}
