package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.RolledBackException;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaMetrics;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A coordinator that dies before its 1st, 2nd, 3rd … call to a database, and others that die while they finish what it left. To die means
 * here what the databases see of it: its sessions end, and nothing comes from it any more.
 */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class DyingCoordinatorTest {

    private static final Duration NEVER = Duration.ofMinutes(10);
    private static final Duration HASTILY = Duration.ofMillis(300);
    private static final int AT_ONCE = 8;

    private static final XaSettings PATIENT =
            XaSettings.standard().withScanEvery(NEVER).withTimeout(NEVER).withPrepareBudget(Duration.ofMinutes(1));

    /** Of those who die: an answer that comes later than that is none, and the books must agree all the same. */
    private static final XaSettings HASTY = XaSettings.standard()
            .withScanEvery(Duration.ofMillis(50))
            .withPrepareBudget(HASTILY)
            .withAckWait(HASTILY);

    private static final int[] CALLS_OF_THE_FINISHERS = {3, 7, 15, 30};

    /** What the application heard of the transfer that died at each call. */
    private enum Heard {
        COMMITTED,
        ROLLED_BACK,
        NOTHING
    }

    private final TestDatabase db;

    DyingCoordinatorTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void wherever_it_dies_and_wherever_who_finishes_its_work_dies_every_transfer_is_whole_and_nothing_stays_prepared()
            throws Exception {
        try (PreparedScene scene = new PreparedScene(db)) {
            int calls = callsOfATransfer(scene);
            assertThat(calls).isGreaterThan(5);
            Map<Integer, Heard> heard = dieAfterEach(calls, scene);
            for (int survived : CALLS_OF_THE_FINISHERS) {
                finishAndDieAfter(survived, scene);
            }
            try (Process last = new Process(scene, HASTY, Duration.ofSeconds(30))) {
                await().untilAsserted(() -> assertNothingIsLeft(scene));
                assertThat(last.engine.heuristics(10)).isEmpty();
            }
            assertBooks(scene, heard);
        }
    }

    private static int callsOfATransfer(PreparedScene scene) throws SQLException {
        try (Process healthy = new Process(scene, PATIENT, Duration.ofSeconds(30))) {
            healthy.dieAfter(Integer.MAX_VALUE);
            assertThat(healthy.transfer(account(scene, -1))).isEqualTo(Heard.COMMITTED);
            return healthy.calls.get();
        }
    }

    /** Several at a time: they spend their lives waiting for databases that they do not reach any more. */
    private Map<Integer, Heard> dieAfterEach(int calls, PreparedScene scene) throws Exception {
        Map<Integer, Heard> heard = new ConcurrentHashMap<>();
        ExecutorService few = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<@Nullable Void>> deaths = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                int survived = i;
                deaths.add(() -> {
                    heard.put(survived, dieAfter(survived, scene));
                    return null;
                });
            }
            for (Future<@Nullable Void> death : few.invokeAll(deaths)) {
                death.get();
            }
        } finally {
            few.shutdownNow();
        }
        forgetThatTheyLived();
        return heard;
    }

    private static Heard dieAfter(int calls, PreparedScene scene) throws SQLException {
        int account = account(scene, calls);
        try (Process dying = new Process(scene, HASTY.withScanEvery(NEVER), HASTILY)) {
            dying.dieAfter(calls);
            return dying.transfer(account);
        }
    }

    private void finishAndDieAfter(int calls, PreparedScene scene) {
        try (Process dying = new Process(scene, HASTY, HASTILY)) {
            dying.dieAfter(calls);
            await().until(dying::isDead);
        }
        forgetThatTheyLived();
    }

    /** Their leases run out: nobody says good-bye for who is dead. */
    private void forgetThatTheyLived() {
        db.execute("UPDATE tally_xa_node SET lease_until = '2026-01-01 00:00:00'");
    }

    /** An item for each transfer: what one leaves behind holds its row. */
    private static int account(PreparedScene scene, int number) {
        int id = 100 + number;
        scene.orders.execute("INSERT INTO item VALUES (" + id + ", 100)");
        scene.stock.execute("INSERT INTO item VALUES (" + id + ", 100)");
        return id;
    }

    private static void assertNothingIsLeft(PreparedScene scene) {
        assertThat(scene.ordersDriver.prepared()).isEmpty();
        assertThat(scene.stockDriver.prepared()).isEmpty();
        assertThat(scene.store.unfinished(Gtrid.hash("shop"), 100)).isEmpty();
    }

    private static void assertBooks(PreparedScene scene, Map<Integer, Heard> heard) {
        heard.forEach((calls, told) -> {
            int here = amount(scene.orders, 100 + calls);
            int there = amount(scene.stock, 100 + calls);
            String where = "after " + calls + " calls; its application heard " + told;
            assertThat(here + there).as(where).isEqualTo(200);
            if (told != Heard.NOTHING) {
                assertThat(there).as(where).isEqualTo(told == Heard.COMMITTED ? 101 : 100);
            }
        });
    }

    private static int amount(TestDatabase db, int id) {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT amount FROM item WHERE id = " + id, row -> row.intValue("amount")))
                .get(0);
    }

    /** An engine with its own way to the databases, which can be cut off. */
    private static final class Process implements AutoCloseable {
        final AtomicInteger calls = new AtomicInteger();
        private final List<FaultyDataSource> ways;
        private final Set<String> seen = ConcurrentHashMap.newKeySet();
        final XaEngine engine;

        /** With its first look behind it. */
        Process(PreparedScene scene, XaSettings settings, Duration borrow) {
            FaultyDataSource orders = FaultyDataSource.around(scene.orders.dataSource());
            FaultyDataSource stock = FaultyDataSource.around(scene.stock.dataSource());
            ways = List.of(orders, stock);
            engine = XaEngine.named("shop")
                    .resource(driver(scene, "orders", orders, borrow))
                    .resource(driver(scene, "stock", stock, borrow))
                    .decisions(JdbcDecisionStore.on(
                            "orders",
                            Jdbc.on(orders, Jdbc.on(scene.orders.dataSource()).dialect())))
                    .settings(settings.withLease(NEVER))
                    .metrics(new XaMetrics() {
                        @Override
                        public void takesBranches(String resource, boolean takes) {
                            seen.add(resource);
                        }
                    })
                    .open();
            await().until(() -> seen.size() == 2);
        }

        private static io.tallystick.xa.JdbcBranchDriver driver(
                PreparedScene scene, String name, FaultyDataSource source, Duration borrow) {
            return PreparedScene.driver(
                    scene.orders.engine(), source, PoolSettings.of(name, 1).withBorrow(borrow));
        }

        void dieAfter(int survived) {
            ways.forEach(way -> way.failAll(call -> calls.incrementAndGet() > survived, JdbcFault.lostRequest()));
        }

        boolean isDead() {
            return ways.stream().anyMatch(way -> way.faults() > 0);
        }

        Heard transfer(int account) throws SQLException {
            XaTransaction transaction = engine.begin();
            try {
                add(transaction.connection("stock"), account, 1);
                add(transaction.connection("orders"), account, -1);
                transaction.commit();
                return Heard.COMMITTED;
            } catch (RolledBackException e) {
                return Heard.ROLLED_BACK;
            } catch (SQLException | TallystickException e) {
                // for the engine not to wait for its end; the databases hear nothing of it
                catchThrowable(transaction::rollback);
                return Heard.NOTHING;
            }
        }

        private static void add(Connection connection, int account, int amount) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("UPDATE item SET amount = amount + " + amount + " WHERE id = " + account);
            }
        }

        @Override
        public void close() {
            engine.close();
        }
    }
}
