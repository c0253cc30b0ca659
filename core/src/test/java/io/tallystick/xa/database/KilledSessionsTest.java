package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.crash.CallObserver;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcCall;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code pg_terminate_backend} and {@code KILL} of every session of both databases, before the 1st, 2nd, 3rd … call of a transfer. */
@Databases
class KilledSessionsTest {

    private static final int MOST_CALLS = 40;

    private final TestDatabase db;
    private final AtomicInteger left = new AtomicInteger();
    private volatile @Nullable Thread application;
    private int kills;

    KilledSessionsTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void whichever_call_they_are_killed_before_the_transfer_is_whole_and_nothing_stays_prepared() {
        try (PreparedScene scene = new PreparedScene(db);
                XaEngine engine = engine(scene)) {
            int survived = 0;
            do {
                // the pools notice what has died when they hand it out
                left.set(0);
                await().until(() -> transfer(engine));
                int before = settled(scene);

                left.set(++survived);
                boolean told = transfer(engine);

                assertThat(settled(scene) - before)
                        .as("committed after " + survived + " calls")
                        .isBetween(told ? 1 : 0, 1);
            } while (left.get() <= 0 && survived < MOST_CALLS);
            // a statement each, the vote, the decision and phase 2
            assertThat(kills).as("calls that were killed before").isGreaterThanOrEqualTo(5);
            await().until(() -> scene.store.unfinished(Gtrid.hash("shop"), 10).isEmpty());
            assertThat(engine.heuristics(10)).isEmpty();
        }
    }

    /** How many transfers there were, when nothing is under way any more and the books agree. */
    private static int settled(PreparedScene scene) {
        await().ignoreExceptions().untilAsserted(() -> assertNothingIsLeft(scene));
        int moved = 100 - scene.amount(scene.orders);
        assertThat(scene.amount(scene.stock)).isEqualTo(100 + moved);
        return moved;
    }

    private static void assertNothingIsLeft(PreparedScene scene) {
        assertThat(scene.ordersDriver.prepared()).isEmpty();
        assertThat(scene.stockDriver.prepared()).isEmpty();
    }

    /** Returns whether the application was told that it was committed. */
    private boolean transfer(XaEngine engine) {
        application = Thread.currentThread();
        XaTransaction transaction = engine.begin();
        try {
            add(transaction.connection("stock"), 1);
            add(transaction.connection("orders"), -1);
            transaction.commit();
            return true;
        } catch (SQLException | TallystickException e) {
            catchThrowable(transaction::rollback);
            return false;
        } finally {
            application = null;
        }
    }

    private static void add(Connection connection, int amount) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE item SET amount = amount + " + amount + " WHERE id = 1");
        }
    }

    private XaEngine engine(PreparedScene scene) {
        return XaEngine.named("shop")
                .resource(PreparedScene.driver(db.engine(), watched(scene, scene.orders), PoolSettings.of("orders", 2)))
                .resource(PreparedScene.driver(db.engine(), watched(scene, scene.stock), PoolSettings.of("stock", 2)))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(db.dataSource())))
                .settings(XaSettings.standard()
                        .withScanEvery(Duration.ofMillis(50))
                        .withAckWait(Duration.ofMillis(100)))
                .open();
    }

    private DataSource watched(PreparedScene scene, TestDatabase at) {
        return FaultyDataSource.around(at.dataSource(), new CallObserver() {
            @Override
            public void before(JdbcCall call) {
                if (Thread.currentThread().equals(application) && left.decrementAndGet() == 0) {
                    kills++;
                    killAll(scene.orders, scene.stock);
                }
            }
        });
    }

    private void killAll(TestDatabase first, TestDatabase second) {
        String both = "('" + first.name() + "', '" + second.name() + "')";
        if (db.engine() == Engine.POSTGRESQL) {
            db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN " + both
                    + " AND pid <> pg_backend_pid() AND backend_type = 'client backend'");
            return;
        }
        Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query(
                        "SELECT id FROM information_schema.processlist WHERE db IN " + both
                                + " AND id <> connection_id()",
                        row -> row.longValue("id")))
                .forEach(id -> catchThrowable(() -> db.execute("KILL " + id)));
    }
}
