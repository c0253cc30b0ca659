package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaMetrics;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A database that goes away between the decision and phase 2, and comes back only when every time-out and a whole engine have passed. */
@Databases
class LongOutageTest {

    private final TestDatabase db;
    private final AtomicInteger looksInVain = new AtomicInteger();

    LongOutageTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void what_was_decided_is_finished_when_its_database_is_back_however_long_it_was_away() throws Exception {
        try (PreparedScene scene = new PreparedScene(db);
                FaultProxy way = FaultProxy.to(db.host(), db.port())) {
            try (XaEngine first = engine(scene, way)) {
                XaTransaction transaction = first.begin();
                // the borrowing is short for the outage, and the first connection may take longer on a busy machine
                await().ignoreExceptionsInstanceOf(UnavailableException.class)
                        .until(() -> transaction.connection("stock") != null);
                set(transaction, "stock", 130);
                set(transaction, "orders", 70);
                way.holdRequest(db.engine() == Engine.POSTGRESQL ? "COMMIT PREPARED" : "XA COMMIT");
                CompletableFuture<Void> commit = Background.run(transaction::commit);
                await().until(() -> way.heldRequests() == 1);
                way.cut();
                // it is decided: the application hears so, and what is missing is found in the background
                commit.join();
                awaitLooksInVain();
            }
            try (XaEngine second = engine(scene, way)) {
                awaitLooksInVain();
                assertThat(scene.amount(scene.orders)).isEqualTo(70);
                assertThat(scene.stockDriver.prepared()).hasSize(1);
                way.heal();
                await().until(() -> scene.amount(scene.stock) == 130);
                await().until(() -> scene.stockDriver.prepared().isEmpty());
                assertThat(second.heuristics(10)).isEmpty();
            }
        }
    }

    /** Longer than the lease and the wait for acknowledgements. */
    private void awaitLooksInVain() {
        int before = looksInVain.get();
        await().pollDelay(Duration.ofMillis(700)).until(() -> looksInVain.get() > before + 1);
    }

    private static void set(XaTransaction transaction, String resource, int amount) throws SQLException {
        try (Statement statement = transaction.connection(resource).createStatement()) {
            statement.executeUpdate("UPDATE item SET amount = " + amount + " WHERE id = 1");
        }
    }

    private XaEngine engine(PreparedScene scene, FaultProxy way) throws SQLException {
        return XaEngine.named("shop")
                .resource(PreparedScene.driver(
                        db.engine(),
                        PreparedScene.through(scene.stock, way),
                        PoolSettings.of("stock", 2).withBorrow(Duration.ofMillis(250))))
                .resource(PreparedScene.driver(db, "orders"))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(db.dataSource())))
                .settings(PreparedScene.QUICK_TO_RECOVER)
                .metrics(new XaMetrics() {
                    @Override
                    public void takesBranches(String resource, boolean takes) {
                        looksInVain.addAndGet(resource.equals("stock") && !takes ? 1 : 0);
                    }
                })
                .open();
    }
}
