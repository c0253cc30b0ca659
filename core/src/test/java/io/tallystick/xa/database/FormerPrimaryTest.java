package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.Ack;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** New connections lead to another database already, while a transaction goes on in a session of the former one and is prepared there. */
class FormerPrimaryTest {

    private static final String ITEMS = "CREATE TABLE item (id INT PRIMARY KEY)";

    @ParameterizedTest
    @EnumSource(Engine.class)
    void what_was_prepared_there_and_is_lost_with_it_is_not_taken_for_committed(Engine product) throws Exception {
        try (TestDatabase orders = TestDatabases.postgres().start();
                TestDatabase former = first(product);
                TestDatabase next = anotherLike(former)) {
            Schema.of(Jdbc.on(orders.dataSource())).install("xa");
            orders.execute(ITEMS);
            AtomicReference<TestDatabase> primary = new AtomicReference<>(former);
            try (FaultProxy way = FaultProxy.to(() ->
                            new InetSocketAddress("127.0.0.1", primary.get().port()));
                    JdbcBranchDriver stock = PreparedScene.driver(
                            product, PreparedScene.through(former, way), PoolSettings.of("stock", 3));
                    XaEngine engine = XaEngine.named("shop")
                            .resource(stock)
                            .resource(PreparedScene.driver(orders, "orders"))
                            .decisions(JdbcDecisionStore.on("orders", Jdbc.on(orders.dataSource())))
                            .settings(PreparedScene.QUICK_TO_RECOVER)
                            .open()) {
                String preparedIn = stock.incarnation();
                XaTransaction sale = engine.begin();
                insert(sale, "stock");
                insert(sale, "orders");
                primary.set(next);
                XaTransaction other = engine.begin();
                insert(other, "stock");
                other.rollback();
                assertThat(stock.incarnation()).isNotEqualTo(preparedIn);

                way.holdRequest(product == Engine.POSTGRESQL ? "COMMIT PREPARED" : "XA COMMIT");
                CompletableFuture<Void> commit = Background.run(() -> commit(sale));
                await().until(() -> way.holding() == 1);
                former.kill();
                way.heal();

                await().until(() ->
                        count(orders, "tally_decision WHERE verdict = 1") == 0 && count(orders, "item") == 1);
                assertThat(engine.heuristics(10)).singleElement().satisfies(record -> {
                    assertThat(record.found()).isEqualTo(Ack.Found.UNKNOWN);
                    assertThat(record.evidence())
                            .isEqualTo("prepared in " + preparedIn + ", absent in " + stock.incarnation()
                                    + ", which has taken its place");
                });
                commit.join();
            }
        }
    }

    private static TestDatabase first(Engine product) {
        TestDatabase server =
                product == Engine.POSTGRESQL ? TestDatabases.postgres().start() : InnoDbReplica.server(product, 1);
        server.execute(ITEMS);
        return server;
    }

    /** With the same table, and another identity. */
    private static TestDatabase anotherLike(TestDatabase former) throws IOException {
        TestDatabase next;
        if (former.engine() == Engine.POSTGRESQL) {
            next = PostgresStandby.coldCopyOf(former);
            next.execute("SELECT pg_promote()");
        } else {
            next = InnoDbReplica.server(former.engine(), 2);
            next.execute(ITEMS);
        }
        return next;
    }

    private static void insert(XaTransaction transaction, String resource) throws SQLException {
        try (Statement statement = transaction.connection(resource).createStatement()) {
            statement.executeUpdate("INSERT INTO item VALUES (1)");
        }
    }

    /** What the application is told depends on whether it still waits. */
    private static void commit(XaTransaction transaction) {
        try {
            transaction.commit();
        } catch (TallystickException mixed) {
            assertThat(mixed).hasMessageContaining("evidence");
        }
    }

    private static int count(TestDatabase db, String from) {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT count(*) AS n FROM " + from, row -> row.intValue("n")))
                .get(0);
    }
}
