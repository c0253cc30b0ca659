package io.tallystick.spring;

import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.internal.Ports;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A shop that coordinates and a service for points, each with its web server and its database; faults can be put between them. */
final class TwoServices implements AutoCloseable {

    static final String KEY = "0123456789abcdef0123456789abcdef";

    final TestDatabase shopDb;
    final TestDatabase pointsDb;

    /** Between the shop's calls and the points' handlers. */
    final FaultProxy calls;

    /** Between the shop's engine and the points' endpoints: phase 2. */
    final FaultProxy endpoints;

    final int pointsPort;
    final ConfigurableApplicationContext shop;
    final ConfigurableApplicationContext points;

    private TwoServices(TestDatabase shopDb, TestDatabase pointsDb) {
        this.shopDb = shopDb;
        this.pointsDb = pointsDb;
        int shopPort = Ports.free();
        pointsPort = Ports.free();
        calls = FaultProxy.to("127.0.0.1", pointsPort);
        endpoints = FaultProxy.to("127.0.0.1", pointsPort);
        points = service("points", pointsPort, pointsDb, Map.of("shop", shopPort), PointsHandlers.class, Map.of());
        shop = service(
                "shop",
                shopPort,
                shopDb,
                Map.of("points", endpoints.port()),
                Sales.class,
                Map.of("points.url", "http://127.0.0.1:" + calls.port()));
    }

    static TwoServices open(TestDatabase shopDb, TestDatabase pointsDb) {
        accounts(shopDb);
        accounts(pointsDb);
        return new TwoServices(shopDb, pointsDb);
    }

    static ConfigurableApplicationContext service(
            String name,
            int port,
            TestDatabase db,
            Map<String, Integer> peers,
            Class<?> handlers,
            Map<String, Object> more) {
        Map<String, Object> properties = new LinkedHashMap<>(properties(name, db));
        properties.put("server.port", port);
        peers.forEach((peer, at) ->
                properties.put("tallystick.xa.http.peers." + peer, "http://127.0.0.1:" + at + "/tally/xa"));
        properties.putAll(more);
        return new SpringApplicationBuilder(Service.class, handlers)
                .properties(properties)
                .run();
    }

    static Map<String, Object> properties(String name, TestDatabase db) {
        return Map.of(
                "spring.main.banner-mode",
                "off",
                "server.address",
                "127.0.0.1",
                "tallystick.xa.service",
                name,
                "tallystick.xa.resources." + name + ".url",
                db.url(),
                "tallystick.xa.resources." + name + ".username",
                db.user(),
                "tallystick.xa.resources." + name + ".password",
                db.password(),
                "tallystick.xa.decisions.create-tables",
                true,
                "tallystick.xa.data-source",
                name,
                "tallystick.xa.http.keys.k1",
                KEY);
    }

    Sales sales() {
        return shop.getBean(Sales.class);
    }

    PointsHandlers handlers() {
        return points.getBean(PointsHandlers.class);
    }

    XaEngine engineOfPoints() {
        return points.getBean(XaEngine.class);
    }

    static void accounts(TestDatabase db) {
        db.execute(
                "DROP TABLE IF EXISTS account",
                "CREATE TABLE account (id INT PRIMARY KEY, amount INT NOT NULL)",
                "INSERT INTO account VALUES (1, 100), (2, 100)");
    }

    static int amount(TestDatabase db) throws SQLException {
        return number(db, "SELECT amount FROM account WHERE id = 1");
    }

    static int prepared(TestDatabase db) throws SQLException {
        return switch (db.engine()) {
            case POSTGRESQL -> number(db, "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()");
            default -> rows(db, "XA RECOVER");
        };
    }

    private static int number(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private static int rows(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int count = 0;
            while (rows.next()) {
                count++;
            }
            return count;
        }
    }

    @Override
    public void close() {
        shop.close();
        points.close();
        calls.close();
        endpoints.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(QuickToRecover.class)
    static class Service {}

    /** Tests wait for what recovery does. */
    static class QuickToRecover {
        @Bean
        XaEngineCustomizer quick() {
            return engine -> engine.settings(XaSettings.standard()
                    .withLease(Duration.ofMillis(600))
                    .withPrepareBudget(Duration.ofSeconds(30))
                    .withScanEvery(Duration.ofMillis(100))
                    .withAckWait(Duration.ofMillis(300)));
        }
    }
}
