package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * One transfer meets each of these faults, and somebody else's branches are left behind beside it. Once everything is back, recovery leaves
 * nothing prepared, nothing unfinished, and no transfer by half.
 */
@Databases
class NothingStaysPreparedTest {

    private static final int SUM = 200;

    private final TestDatabase db;
    private int toldCommitted;

    NothingStaysPreparedTest(TestDatabase db) {
        this.db = db;
    }

    /** What is lost on the way: a statement's request is never sent, or its answer never comes. */
    private enum Loss {
        ANSWER_TO_VOTE,
        ANSWER_TO_DECISION,
        ANSWER_TO_PHASE_TWO,
        REQUEST_FOR_PHASE_TWO,
        ALL_CONNECTIONS_BEFORE_COMMIT,
        NOTHING;

        void strike(FaultProxy stock, FaultProxy orders, boolean postgres) {
            switch (this) {
                case ANSWER_TO_VOTE -> stock.dropReplyTo(postgres ? "PREPARE TRANSACTION" : "XA PREPARE");
                case ANSWER_TO_DECISION -> orders.dropReplyTo("COMMIT");
                case ANSWER_TO_PHASE_TWO -> stock.dropReplyTo(postgres ? "COMMIT PREPARED" : "XA COMMIT");
                case REQUEST_FOR_PHASE_TWO -> stock.holdRequest(postgres ? "COMMIT PREPARED" : "XA COMMIT");
                case ALL_CONNECTIONS_BEFORE_COMMIT -> {
                    stock.reset();
                    orders.reset();
                }
                case NOTHING -> {}
            }
        }
    }

    @Test
    void after_a_few_faults_and_with_everything_back_nothing_is_prepared_and_every_transfer_is_whole()
            throws Exception {
        try (PreparedScene scene = new PreparedScene(db);
                FaultProxy orders = FaultProxy.to(db.host(), db.port());
                FaultProxy stock = FaultProxy.to(db.host(), db.port())) {
            leaveBehind(scene);
            try (XaEngine engine = engine(scene, orders, stock)) {
                for (Loss loss : Loss.values()) {
                    transfer(engine, loss, stock, orders);
                    stock.heal();
                    orders.heal();
                }
                await().untilAsserted(() -> assertNothingIsLeft(scene));
                assertThat(engine.heuristics(10)).isEmpty();
                // whoever was told "committed" is in the books; who was told nothing may be
                assertThat(100 - amount(db, 2)).isBetween(toldCommitted, Loss.values().length);
            }
        }
    }

    /** One that was decided and one that nobody decided, of a coordinator that is dead. */
    private static void leaveBehind(PreparedScene scene) throws SQLException {
        Gtrid decided = scene.gtrid();
        scene.decide(decided, scene.prepareBoth(decided));
        scene.prepare(scene.stockDriver, scene.gtrid(), 1, "INSERT INTO item VALUES (3, 1)");
        scene.die();
    }

    private void transfer(XaEngine engine, Loss loss, FaultProxy stock, FaultProxy orders) {
        XaTransaction transaction = engine.begin();
        try {
            update(transaction.connection("stock"), "UPDATE item SET amount = amount + 1 WHERE id = 2");
            update(transaction.connection("orders"), "UPDATE item SET amount = amount - 1 WHERE id = 2");
            loss.strike(stock, orders, db.engine() == Engine.POSTGRESQL);
            transaction.commit();
            toldCommitted++;
        } catch (SQLException | TallystickException e) {
            // rolled back, or not known, or a pooled connection that the fault before has ended: the books must agree
            // whatever it was
            catchThrowable(transaction::rollback);
        }
    }

    private static void update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private void assertNothingIsLeft(PreparedScene scene) {
        assertThat(scene.ordersDriver.prepared()).isEmpty();
        assertThat(scene.stockDriver.prepared()).isEmpty();
        assertThat(scene.store.unfinished(Gtrid.hash("shop"), 10)).isEmpty();
        assertThat(scene.amount(scene.orders)).as("what was decided").isEqualTo(70);
        assertThat(scene.amount(scene.stock)).as("what was decided").isEqualTo(130);
        assertThat(amounts(scene.stock, 3)).as("what nobody decided").isEmpty();
        assertThat(amount(db, 2) + amount(scene.stock, 2)).isEqualTo(SUM);
    }

    private static int amount(TestDatabase db, int id) {
        return amounts(db, id).get(0);
    }

    private static List<Integer> amounts(TestDatabase db, int id) {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT amount FROM item WHERE id = " + id, row -> row.intValue("amount")));
    }

    private XaEngine engine(PreparedScene scene, FaultProxy orders, FaultProxy stock) throws SQLException {
        return XaEngine.named("shop")
                .resource(PreparedScene.driver(
                        db.engine(), PreparedScene.through(db, orders), PoolSettings.of("orders", 2)))
                .resource(PreparedScene.driver(
                        db.engine(), PreparedScene.through(scene.stock, stock), PoolSettings.of("stock", 2)))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(PreparedScene.through(db, orders))))
                .settings(XaSettings.standard()
                        .withScanEvery(Duration.ofMillis(100))
                        .withLease(Duration.ofMillis(600))
                        .withAckWait(Duration.ofMillis(500)))
                .open();
    }
}
