package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.RolledBackException;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A PostgreSQL with three places for prepared transactions, all of them taken. */
class FullPostgresTest {

    private final TestDatabase server =
            TestDatabases.postgres().setting("max_prepared_transactions", "3").start();
    private PreparedScene scene;
    private XaEngine engine;

    @BeforeEach
    void open() {
        scene = new PreparedScene(server);
        engine = XaEngine.named("shop")
                .resource(PreparedScene.driver(scene.orders, "orders"))
                .resource(PreparedScene.driver(scene.stock, "stock"))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(scene.orders.dataSource())))
                .settings(PreparedScene.QUICK_TO_RECOVER)
                .open();
    }

    @AfterEach
    void close() {
        engine.close();
        scene.close();
        server.close();
    }

    private void sell() throws SQLException {
        XaTransaction sale = engine.begin();
        try (Statement stock = sale.connection("stock").createStatement();
                Statement orders = sale.connection("orders").createStatement()) {
            stock.executeUpdate("UPDATE item SET amount = 99 WHERE id = 2");
            orders.executeUpdate("UPDATE item SET amount = 101 WHERE id = 2");
        } catch (RuntimeException e) {
            sale.rollback();
            throw e;
        }
        sale.commit();
    }

    private static int second(TestDatabase db) throws SQLException {
        try (var connection = db.connect();
                var row = connection.createStatement().executeQuery("SELECT amount FROM item WHERE id = 2")) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void where_others_have_taken_them_all_a_transaction_is_rolled_back_with_the_servers_words_and_later_ones_commit()
            throws SQLException {
        for (int place = 1; place <= 3; place++) {
            server.execute(
                    "BEGIN; CREATE TABLE taken" + place + " (id INT); PREPARE TRANSACTION 'other " + place + "'");
        }
        assertThatThrownBy(this::sell)
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("stock")
                .hasMessageContaining("maximum number of prepared transactions reached")
                .hasMessageContaining("max_prepared_transactions");
        assertThat(List.of(second(scene.orders), second(scene.stock))).containsExactly(100, 100);

        server.execute("ROLLBACK PREPARED 'other 1'");
        sell();

        assertThat(List.of(second(scene.orders), second(scene.stock))).containsExactly(101, 99);
        server.execute("ROLLBACK PREPARED 'other 2'", "ROLLBACK PREPARED 'other 3'");
    }

    @Test
    void where_branches_in_doubt_have_taken_more_than_half_nobody_is_let_in_and_hears_the_figures()
            throws SQLException {
        List<Voted> held = new ArrayList<>();
        for (int id = 1; id <= 2; id++) {
            Gtrid ofAnotherService = new Gtrid(Gtrid.hash("bank"), Gtrid.hash("vault"), 5, 1, id, Instant.now());
            held.add(scene.prepare(
                    scene.stockDriver, ofAnotherService, 1, "INSERT INTO item VALUES (" + (10 + id) + ", 1)"));
        }
        await().untilAsserted(() -> assertThatThrownBy(this::sell)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("'stock' holds 2 prepared transactions of at most 3")
                .hasMessageContaining("tally tx list"));

        held.forEach(branch -> scene.stockDriver.rollback(branch.xid(), "", PreparedScene.BUDGET));

        await().ignoreExceptionsInstanceOf(UnavailableException.class).untilAsserted(this::sell);
        assertThat(List.of(second(scene.orders), second(scene.stock))).containsExactly(101, 99);
    }
}
