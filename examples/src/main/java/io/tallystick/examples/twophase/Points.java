package io.tallystick.examples.twophase;

import io.tallystick.examples.points.PointsUse;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Tx;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/**
 * The points of cards, in PostgreSQL. Thread-safe.
 *
 * @param source its connections join the transaction of the thread
 */
record Points(DataSource source) {

    /** A card with points on it; one that is blocked cannot be used. */
    record NewCard(String card, long points, boolean blocked) {}

    /** May be repeated. */
    static void open(Tx tx, NewCard card) {
        tx.insertFirst("card", List.of("id", "points"), card.card(), card.points());
        if (!card.blocked()) {
            tx.insertFirst("permit", List.of("card"), card.card());
        }
    }

    /** @throws IllegalStateException when there are too few */
    void take(PointsUse use) throws SQLException {
        try (Connection connection = source.getConnection()) {
            Tx tx = Tx.of(connection, Dialect.POSTGRESQL);
            int taken = tx.update(
                    "UPDATE card SET points = points - ? WHERE id = ? AND points >= ?",
                    use.points(),
                    use.card(),
                    use.points());
            if (taken == 0) {
                throw new IllegalStateException("card " + use.card() + " has less than " + use.points() + " points");
            }
            Bookings.add(tx, use);
        }
    }
}
