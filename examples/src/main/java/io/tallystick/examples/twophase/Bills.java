package io.tallystick.examples.twophase;

import io.tallystick.examples.points.PointsUse;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Tx;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * What cards have to pay, in MariaDB. Thread-safe.
 *
 * @param source its connections join the transaction of the thread
 */
record Bills(DataSource source) {

    /** A bill of a card. */
    record NewBill(String card, long due) {}

    static void open(Tx tx, NewBill bill) {
        tx.update("INSERT INTO bill (card, due) VALUES (?, ?)", bill.card(), bill.due());
    }

    /** @throws IllegalStateException when there is no such bill */
    void discount(PointsUse use) throws SQLException {
        try (Connection connection = source.getConnection()) {
            Tx tx = Tx.of(connection, Dialect.MARIADB);
            if (tx.update("UPDATE bill SET due = due - ? WHERE card = ?", use.points(), use.card()) == 0) {
                throw new IllegalStateException("card " + use.card() + " has no bill");
            }
            Bookings.add(tx, use);
        }
    }
}
