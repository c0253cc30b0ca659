package io.tallystick.examples.spring;

import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.HeuristicCompletionException;
import org.springframework.transaction.TransactionSystemException;

/** {@code tally spring}: starts a PostgreSQL, a MariaDB and the application on them, sells in four ways, and shows both databases after each. */
public final class SpringShopDemo implements AutoCloseable {

    private static final Runnable NOTHING = () -> {};

    private final TestDatabase orders;
    private final TestDatabase stock;
    private final ConfigurableApplicationContext application;
    private final Consumer<String> lines;

    private SpringShopDemo(
            TestDatabase orders,
            TestDatabase stock,
            ConfigurableApplicationContext application,
            Consumer<String> lines) {
        this.orders = orders;
        this.stock = stock;
        this.application = application;
        this.lines = lines;
    }

    public static void main(String[] args) throws SQLException {
        try (SpringShopDemo demo = start(System.out::println)) {
            demo.play();
        }
    }

    /**
     * Starts everything; closing it ends everything.
     *
     * @param more configurations beside the application's own
     */
    static SpringShopDemo start(Consumer<String> lines, Class<?>... more) {
        TestDatabase orders = TestDatabases.postgres()
                .setting("max_prepared_transactions", "16")
                .start();
        TestDatabase stock = TestDatabases.mariadb().start();
        orders.execute("CREATE TABLE purchase (id int PRIMARY KEY, item varchar(40) NOT NULL)");
        stock.execute(
                "CREATE TABLE item (name varchar(40) PRIMARY KEY, pieces int NOT NULL CHECK (pieces >= 0))",
                "INSERT INTO item VALUES ('apple', 10)");
        ConfigurableApplicationContext application = new SpringApplicationBuilder(SpringShop.class)
                .sources(more)
                .web(WebApplicationType.NONE)
                .properties(properties(orders, stock))
                .run();
        return new SpringShopDemo(orders, stock, application, lines);
    }

    /** What a real application has in its application.yaml. */
    private static Map<String, Object> properties(TestDatabase orders, TestDatabase stock) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("spring.main.banner-mode", "off");
        properties.put("logging.level.root", "ERROR");
        properties.put("tallystick.xa.service", "shop");
        properties.put("tallystick.xa.data-source", "orders");
        properties.put("tallystick.xa.decisions.in", "stock");
        properties.put("tallystick.xa.decisions.create-tables", true);
        resource(properties, "orders", orders);
        resource(properties, "stock", stock);
        return properties;
    }

    private static void resource(Map<String, Object> properties, String name, TestDatabase database) {
        properties.put("tallystick.xa.resources." + name + ".url", database.url());
        properties.put("tallystick.xa.resources." + name + ".username", database.user());
        properties.put("tallystick.xa.resources." + name + ".password", database.password());
    }

    void play() throws SQLException {
        Sales sales = application.getBean(Sales.class);
        show("one apple is sold", () -> sales.sell(1, 1, NOTHING));
        show("more apples than there are", () -> sales.sell(2, 100, NOTHING));
        show(
                "an exception after both were written",
                () -> sales.sell(3, 1, () -> {
                    throw new IllegalStateException("the customer has left");
                }));
        show("PostgreSQL is killed before the commit", () -> sales.sell(4, 1, orders::kill));
    }

    private void show(String what, Runnable sale) throws SQLException {
        String end = "committed";
        try {
            sale.run();
        } catch (HeuristicCompletionException | TransactionSystemException e) {
            // nobody guesses an outcome; the engine finishes what is prepared
            end = "not known yet";
        } catch (RuntimeException e) {
            // the sale's own, or the engine's no; had the rollback failed, Spring would throw one of those above
            end = "rolled back";
        }
        if (!orders.isRunning()) {
            orders.restart();
        }
        lines.accept(what + ": " + end + "; orders " + number(orders, "SELECT count(*) FROM purchase") + ", apples "
                + number(stock, "SELECT pieces FROM item"));
    }

    private static long number(TestDatabase at, String query) throws SQLException {
        try (Connection connection = at.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() {
        application.close();
        orders.close();
        stock.close();
    }
}
