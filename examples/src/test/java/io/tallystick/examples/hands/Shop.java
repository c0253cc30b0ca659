package io.tallystick.examples.hands;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/** Orders in PostgreSQL, stock in MariaDB: ten apples in stock, nothing bought yet. */
final class Shop implements AutoCloseable {

    final TestDatabase orders;
    final TestDatabase stock;

    private Shop(TestDatabase orders, TestDatabase stock) {
        this.orders = orders;
        this.stock = stock;
    }

    static Shop open() {
        Shop shop = new Shop(
                TestDatabases.postgres()
                        .setting("max_prepared_transactions", "64")
                        .start(),
                TestDatabases.mariadb().start());
        shop.orders.execute("CREATE TABLE purchase (id bigint PRIMARY KEY, item varchar(40) NOT NULL)");
        shop.stock.execute("CREATE TABLE item (name varchar(40) PRIMARY KEY, pieces int NOT NULL CHECK (pieces >= 0))");
        Schema.of(Jdbc.on(shop.stock.dataSource())).install("xa");
        shop.reset();
        return shop;
    }

    void reset() {
        orders.execute("DELETE FROM purchase");
        stock.execute("DELETE FROM item", "INSERT INTO item VALUES ('apple', 10)");
    }

    /** A busy machine's votes are not late. */
    static final XaSettings PATIENT =
            XaSettings.standard().withTimeout(Duration.ofMinutes(5)).withPrepareBudget(Duration.ofMinutes(1));

    /** An engine over the two, with the drivers of our own; decisions are kept beside the stock. */
    XaEngine engine() {
        return XaEngine.named("shop")
                .resource(PostgresBranchDriver.on(orders.dataSource(), PoolSettings.of("orders", 4)))
                .resource(InnoDbBranchDriver.mariadb(stock.dataSource(), PoolSettings.of("stock", 4)))
                .decisions(decisions())
                .settings(PATIENT)
                .open();
    }

    JdbcDecisionStore decisions() {
        return JdbcDecisionStore.on("stock", Jdbc.on(stock.dataSource()));
    }

    long purchases() {
        return number(orders.dataSource(), "SELECT count(*) FROM purchase");
    }

    long apples() {
        return number(stock.dataSource(), "SELECT pieces FROM item WHERE name = 'apple'");
    }

    /** Asked of the databases themselves, past every transaction manager. */
    long prepared() {
        return number(orders.dataSource(), "SELECT count(*) FROM pg_prepared_xacts") + preparedInStock();
    }

    /** Decisions to commit that some branch has not acknowledged, as far as the table beside the stock knows. */
    long unfinished() {
        return number(stock.dataSource(), "SELECT count(*) FROM tally_decision WHERE verdict = 1");
    }

    private long preparedInStock() {
        try (Connection connection = stock.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("XA RECOVER")) {
            long found = 0;
            while (rows.next()) {
                found++;
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One statement, on a connection of its own that is closed after it. */
    static void run(DataSource at, String sql) throws SQLException {
        try (Connection connection = at.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(DataSource from, String sql) {
        try (Connection connection = from.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() {
        orders.close();
        stock.close();
    }
}
