package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.crash.CallObserver;
import io.tallystick.testkit.crash.CrashPoints;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcCall;
import io.tallystick.testkit.db.Engine;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** A process that finishes what others left, and dies before or after a step of that. */
public final class RecoveringMain {

    private static final CrashPoints POINTS = CrashPoints.fromEnvironment();

    private final Engine engine;
    private final String[] args;

    private RecoveringMain(String[] args) {
        this.engine = Engine.valueOf(args[0]);
        this.args = args;
    }

    /**
     * Arguments: product, URL of the orders, URL of the stock, user and password of both, the database at which it dies (orders or stock),
     * {@code before} or {@code after}, and the words of the statement.
     */
    public static void main(String[] args) throws SQLException {
        new RecoveringMain(args).run();
    }

    private void run() throws SQLException {
        DataSource orders = dyingAt("orders", source(args[1]));
        DataSource stock = dyingAt("stock", source(args[2]));
        try (XaEngine recovering = XaEngine.named("shop")
                .resource(PreparedScene.driver(engine, orders, PoolSettings.of("orders", 2)))
                .resource(PreparedScene.driver(engine, stock, PoolSettings.of("stock", 2)))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(orders, Dialect.valueOf(engine.name()))))
                .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(50)))
                .open()) {
            // somebody who dies needs no end
            while (true) {
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            }
        }
    }

    private DataSource dyingAt(String database, DataSource source) {
        if (!database.equals(args[5])) {
            return source;
        }
        return FaultyDataSource.around(source, new CallObserver() {
            @Override
            public void before(JdbcCall call) {
                pass("before", call);
            }

            @Override
            public void after(JdbcCall call) {
                pass("after", call);
            }
        });
    }

    private void pass(String when, JdbcCall call) {
        if (when.equals(args[6]) && call.mentions(args[7])) {
            POINTS.reached(when + " " + call);
        }
    }

    private DataSource source(String url) throws SQLException {
        return PreparedScene.source(engine, url, args[3], args[4]);
    }
}
