package io.tallystick.examples.twophase;

import io.tallystick.examples.points.PointsUse;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.xa.XaOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The uses of points that stand in one database. The key of a use tells a customer who heard no answer what became of it. Thread-safe.
 *
 * @param jdbc the database, outside of any transaction of several
 */
record Bookings(Jdbc jdbc) {

    /** Less than a customer's patience. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    /** Within the transaction of the work; a use that stands here already, or was given up, is refused. */
    static void add(Tx tx, PointsUse use) {
        tx.update("INSERT INTO booking (reference, card, amount) VALUES (?, ?, ?)", use.id(), use.card(), use.points());
    }

    /** Committed, or given up; empty when nobody knows of it, or not yet. */
    Optional<XaOutcome> outcome(String use) {
        return jdbc.inTransaction(tx -> outcome(tx, use));
    }

    /**
     * What became of a use. One that is not booked by now will never be: its key is taken, whatever is still on its way.
     *
     * @throws io.tallystick.jdbc.TallystickException while it is under way; to be asked again
     */
    XaOutcome settle(String use) {
        return jdbc.inTransaction(tx -> {
            boolean given =
                    tx.waitingAtMost(LONGEST, () -> tx.insertFirst("booking", List.of("reference", "amount"), use, 0));
            return given ? XaOutcome.ROLLED_BACK : outcome(tx, use).orElse(XaOutcome.UNKNOWN);
        });
    }

    private static Optional<XaOutcome> outcome(Tx tx, String use) {
        return tx.queryOne(
                "SELECT amount FROM booking WHERE reference = ?",
                row -> row.longValue("amount") > 0 ? XaOutcome.COMMITTED : XaOutcome.ROLLED_BACK,
                use);
    }
}
