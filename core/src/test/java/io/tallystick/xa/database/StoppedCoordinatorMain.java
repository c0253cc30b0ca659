package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.db.Engine;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/** A process with one transfer, which says what it heard of its end. */
public final class StoppedCoordinatorMain {

    private StoppedCoordinatorMain() {}

    /** Arguments: product, URL of the orders, URL of the stock, user and password of both. */
    public static void main(String[] args) throws SQLException {
        Engine product = Engine.valueOf(args[0]);
        DataSource orders = PreparedScene.source(product, args[1], args[3], args[4]);
        DataSource stock = PreparedScene.source(product, args[2], args[3], args[4]);
        try (XaEngine engine = XaEngine.named("shop")
                .resource(PreparedScene.driver(product, orders, PoolSettings.of("orders", 1)))
                .resource(PreparedScene.driver(product, stock, PoolSettings.of("stock", 1)))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(orders, Dialect.valueOf(product.name()))))
                .settings(XaSettings.standard()
                        .withLease(Duration.ofMillis(600))
                        .withPrepareBudget(Duration.ofMinutes(2)))
                .open()) {
            XaTransaction transaction = engine.begin();
            set(transaction.connection("stock"), 130);
            set(transaction.connection("orders"), 70);
            try {
                transaction.commit();
                System.out.println("heard nothing bad");
            } catch (TallystickException e) {
                System.out.println("heard " + e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
    }

    private static void set(Connection connection, int amount) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE item SET amount = " + amount + " WHERE id = 1");
        }
    }
}
