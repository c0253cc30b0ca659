package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code kill -9} of the database the moment after it has answered the last question of a transaction. */
@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class InnoDbCrashAfterCommitTest {

    private static final int ROUNDS = 3;

    private final TestDatabase db;

    InnoDbCrashAfterCommitTest(TestDatabase db) {
        this.db = db;
    }

    private static XaEngine engine(PreparedScene scene) {
        return XaEngine.named("shop")
                .resource(PreparedScene.driver(scene.stock, "stock"))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(scene.orders.dataSource())))
                .settings(
                        XaSettings.standard().withLease(Duration.ofMillis(600)).withScanEvery(Duration.ofMillis(100)))
                .open();
    }

    private static void setAmount(XaTransaction transaction, int amount) throws SQLException {
        try (Statement statement = transaction.connection("stock").createStatement()) {
            statement.executeUpdate("UPDATE item SET amount = " + amount + " WHERE id = 1");
        }
    }

    @Test
    void the_only_branch_of_a_transaction_that_was_named_when_it_began_stays_committed() throws SQLException {
        try (PreparedScene scene = new PreparedScene(db)) {
            for (int round = 1; round <= ROUNDS; round++) {
                try (XaEngine engine = engine(scene)) {
                    XaTransaction transaction = engine.begin();
                    setAmount(transaction, 100 + round);
                    transaction.commit();
                    db.kill();
                }
                db.restart();
                try (XaEngine engine = engine(scene)) {
                    // the driver's own connections have ended with the server
                    await().ignoreExceptions()
                            .until(() -> scene.stockDriver.prepared().isEmpty());
                }
                assertThat(scene.amount(scene.stock)).isEqualTo(100 + round);
            }
        }
    }
}
