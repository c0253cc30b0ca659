package io.tallystick.xa.database;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.XaTransaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;

/** A process with one transfer, which says what it heard of its end. */
public final class StoppedCoordinatorMain {

    private StoppedCoordinatorMain() {}

    /** Arguments: URL of the orders, URL of the stock, user and password of both. */
    public static void main(String[] args) throws SQLException {
        PGSimpleDataSource orders = source(args[0], args);
        try (XaEngine engine = XaEngine.named("shop")
                .resource(PostgresBranchDriver.on(orders, PoolSettings.of("orders", 1)))
                .resource(PostgresBranchDriver.on(source(args[1], args), PoolSettings.of("stock", 1)))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(orders)))
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

    private static PGSimpleDataSource source(String url, String[] args) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(args[2]);
        source.setPassword(args[3]);
        return source;
    }

    private static void set(Connection connection, int amount) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE item SET amount = " + amount + " WHERE id = 1");
        }
    }
}
