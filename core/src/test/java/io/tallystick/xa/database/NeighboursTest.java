package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.RolledBackException;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaEngineBuilder;
import io.tallystick.xa.XaMetrics;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Engines that share databases with others whose names are alike, and what becomes of branches on a resource that nobody configures any more. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class NeighboursTest {

    private final TestDatabase db;
    private PreparedScene scene;

    NeighboursTest(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void open() {
        scene = new PreparedScene(db);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private XaEngineBuilder engine(String service, AtomicInteger looks) {
        return XaEngine.named(service)
                .resource(PreparedScene.driver(scene.orders, "orders"))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(db.dataSource())))
                .settings(PreparedScene.QUICK_TO_RECOVER)
                .metrics(new XaMetrics() {
                    @Override
                    public void inDoubt(String resource, int branches, Duration oldest) {
                        looks.incrementAndGet();
                    }
                });
    }

    private XaEngineBuilder withStock(XaEngineBuilder engine) {
        return engine.resource(PreparedScene.driver(scene.stock, "stock"));
    }

    @Test
    void a_resource_that_is_not_configured_any_more_keeps_its_branches_and_their_decision_until_it_is_again()
            throws SQLException {
        Gtrid gtrid = scene.gtrid();
        List<Voted> branches = scene.prepareBoth(gtrid);
        scene.decide(gtrid, branches);
        scene.die();
        AtomicInteger looks = new AtomicInteger();
        try (XaEngine without = engine("shop", looks).open()) {
            await().until(() -> scene.amount(scene.orders) == 70);
            int before = looks.get();
            await().until(() -> looks.get() > before + 3);
            assertThat(scene.stockDriver.prepared())
                    .extracting(p -> p.xid())
                    .containsExactly(branches.get(1).xid());
            assertThat(scene.store.unfinished(gtrid.cluster(), 10)).hasSize(1);
            assertThat(without.heuristics(10)).isEmpty();
        }
        try (XaEngine again = withStock(engine("shop", looks)).open()) {
            await().until(() -> scene.amount(scene.stock) == 130);
            await().until(() -> scene.store.unfinished(gtrid.cluster(), 10).isEmpty());
            assertThat(again.heuristics(10)).isEmpty();
        }
    }

    @Test
    void app_1_leaves_the_branches_of_app_10_alone_and_app_10_finishes_them() throws SQLException {
        Life dead = scene.store.register(Gtrid.hash("app-10"), 77, Duration.ofMinutes(5));
        scene.store.leave(dead);
        Gtrid gtrid = new Gtrid(dead.cluster(), Gtrid.hash("orders"), dead.node(), dead.epoch(), 1, Instant.now());
        scene.prepareBoth(gtrid);
        AtomicInteger looks = new AtomicInteger();
        try (XaEngine alike = withStock(engine("app-1", looks)).open()) {
            await().until(() -> looks.get() > 8);
            assertThat(alike.outcome(gtrid)).isEmpty();
            assertThat(prepared()).isEqualTo(2);
        }
        try (XaEngine own = withStock(engine("app-10", looks)).open()) {
            await().until(() -> prepared() == 0);
            assertThat(own.heuristics(10)).isEmpty();
        }
        assertThat(scene.amount(scene.orders)).isEqualTo(100);
        assertThat(scene.amount(scene.stock)).isEqualTo(100);
    }

    /**
     * The one that came first lives on under another name from its next sign of life. Until then, and when a machine stands still for longer than
     * a lease, the other one may roll back what it has begun; nobody ever commits by half.
     */
    @Test
    void two_processes_with_one_node_name_both_go_on_and_nothing_is_done_by_half() {
        AtomicInteger looks = new AtomicInteger();
        try (XaEngine first = withStock(engine("shop", looks)).node("twin").open();
                XaEngine second = withStock(engine("shop", looks)).node("twin").open()) {
            await().until(() -> scene.store.living(Gtrid.hash("shop")).size() >= 2);
            for (int round = 0; round < 3; round++) {
                int before = looks.get();
                await().until(() -> isCommitted(first, 1));
                await().until(() -> isCommitted(second, 2));
                // each of the two looks at each of the two resources
                await().until(() -> looks.get() > before + 8);
            }
            await().until(() -> prepared() == 0);
            assertThat(first.heuristics(10)).isEmpty();
        }
        assertThat(number(scene.orders, "SELECT sum(amount) AS n FROM item")).isEqualTo(194);
        assertThat(number(scene.stock, "SELECT sum(amount) AS n FROM item")).isEqualTo(206);
    }

    /** A database of PostgreSQL shows its own, MariaDB those of the whole server. */
    private long prepared() {
        return Stream.of(scene.ordersDriver, scene.stockDriver)
                .flatMap(driver -> driver.prepared().stream())
                .map(PreparedBranch::xid)
                .distinct()
                .count();
    }

    private static boolean isCommitted(XaEngine engine, int item) throws SQLException {
        XaTransaction transaction = engine.begin();
        add(transaction.connection("stock").createStatement(), item, 1);
        add(transaction.connection("orders").createStatement(), item, -1);
        try {
            transaction.commit();
            return true;
        } catch (RolledBackException e) {
            return false;
        }
    }

    private static void add(Statement statement, int item, int amount) throws SQLException {
        statement.executeUpdate("UPDATE item SET amount = amount + " + amount + " WHERE id = " + item);
        statement.close();
    }

    private static int number(TestDatabase db, String sql) {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query(sql, row -> row.intValue("n")))
                .get(0);
    }
}
