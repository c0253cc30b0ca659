package io.tallystick.xa.jta;

import io.tallystick.xa.XaOutcome;
import io.tallystick.xa.XaPhase;
import jakarta.transaction.Status;

/** Our words in those of Jakarta Transactions. */
final class Statuses {

    private Statuses() {}

    static int of(XaPhase phase) {
        return switch (phase) {
            case ACTIVE -> Status.STATUS_ACTIVE;
            case DOOMED -> Status.STATUS_MARKED_ROLLBACK;
            case PREPARING -> Status.STATUS_PREPARING;
            case DECIDING, HANDED_OVER -> Status.STATUS_PREPARED;
            case ONE_PHASE, COMMITTING -> Status.STATUS_COMMITTING;
            case ABORTING -> Status.STATUS_ROLLING_BACK;
            case COMMITTED -> Status.STATUS_COMMITTED;
            case ROLLED_BACK -> Status.STATUS_ROLLEDBACK;
            case IN_DOUBT, UNKNOWN -> Status.STATUS_UNKNOWN;
        };
    }

    static int of(XaOutcome outcome) {
        return switch (outcome) {
            case COMMITTED -> Status.STATUS_COMMITTED;
            case ROLLED_BACK -> Status.STATUS_ROLLEDBACK;
            case MIXED, UNKNOWN -> Status.STATUS_UNKNOWN;
        };
    }
}
