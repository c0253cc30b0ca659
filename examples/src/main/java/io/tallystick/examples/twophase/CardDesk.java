package io.tallystick.examples.twophase;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.JdbcDecisionStore;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Uses points on a bill, in two databases at once: 100 points and 1,000 won become 0 and 900, or stay as they were. The decision lies in
 * the bill's database, in the commit of the bill itself. Thread-safe.
 */
public final class CardDesk implements AutoCloseable {

    private static final int CONNECTIONS = 8;

    private final XaEngine engine;
    private final DataSource points;
    private final DataSource bills;

    private CardDesk(XaEngine engine) {
        this.engine = engine;
        this.points = engine.dataSource("points");
        this.bills = engine.dataSource("bills");
    }

    /**
     * @param points PostgreSQL, with a table {@code card (id, points)}
     * @param bills MariaDB, with a table {@code bill (card, due)}; the table of decisions is made there
     */
    public static CardDesk open(DataSource points, DataSource bills) {
        Jdbc decisions = Jdbc.on(bills);
        Schema.of(decisions).install("xa");
        return new CardDesk(XaEngine.named("card-desk")
                .resource(PostgresBranchDriver.on(points, PoolSettings.of("points", CONNECTIONS)))
                .resource(InnoDbBranchDriver.mariadb(bills, PoolSettings.of("bills", CONNECTIONS)))
                .decisions(JdbcDecisionStore.on("bills", decisions))
                .open());
    }

    /**
     * All or nothing.
     *
     * @throws IllegalStateException when the card has too few points: nothing has changed
     * @throws io.tallystick.xa.RolledBackException when a database said no: nothing has changed
     * @throws io.tallystick.xa.OutcomeUnknownException when nobody knows yet; the engine goes on asking
     */
    public void use(String card, long amount) throws Exception {
        engine.call(() -> {
            take(card, amount);
            discount(card, amount);
            return null;
        });
    }

    private void take(String card, long amount) throws SQLException {
        String sql = "UPDATE card SET points = points - ? WHERE id = ? AND points >= ?";
        try (Connection connection = points.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, amount);
            statement.setString(2, card);
            statement.setLong(3, amount);
            if (statement.executeUpdate() == 0) {
                throw new IllegalStateException("card " + card + " has less than " + amount + " points");
            }
        }
    }

    private void discount(String card, long amount) throws SQLException {
        String sql = "UPDATE bill SET due = due - ? WHERE card = ?";
        try (Connection connection = bills.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, amount);
            statement.setString(2, card);
            statement.executeUpdate();
        }
    }

    XaEngine engine() {
        return engine;
    }

    @Override
    public void close() {
        engine.close();
    }
}
