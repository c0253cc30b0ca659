package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.decision.JdbcDecisionStore;
import io.tallystick.xa.jta.JakartaTransactions;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A decision in a table beside, and before its branches hear of it somebody rolls them back by hand: all of them, or one. PostgreSQL, because
 * it tells afterwards what became of a branch.
 */
@Databases(Engine.POSTGRESQL)
class RolledBackByHandTest {

    private final TestDatabase db;
    private PreparedScene scene;
    private FaultProxy orders;
    private FaultProxy stock;
    private XaEngine engine;
    private TransactionManager manager;

    RolledBackByHandTest(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void open() throws SQLException {
        scene = new PreparedScene(db);
        orders = FaultProxy.to(db.host(), db.port());
        stock = FaultProxy.to(db.host(), db.port());
        // no resource has the store's name: the decision rides in no branch's commit
        engine = XaEngine.named("shop")
                .resource(PreparedScene.driver(
                        db.engine(), PreparedScene.through(db, orders), PoolSettings.of("orders", 2)))
                .resource(PreparedScene.driver(
                        db.engine(), PreparedScene.through(scene.stock, stock), PoolSettings.of("stock", 2)))
                .decisions(JdbcDecisionStore.on("beside", Jdbc.on(db.dataSource())))
                .settings(XaSettings.standard()
                        .withScanEvery(Duration.ofMillis(50))
                        .withTimeout(Duration.ofMinutes(5))
                        .withAckWait(Duration.ofMinutes(2))
                        .withPrepareBudget(Duration.ofMinutes(1)))
                .open();
        manager = JakartaTransactions.of(engine).transactionManager();
    }

    @AfterEach
    void close() {
        orders.heal();
        stock.heal();
        engine.close();
        orders.close();
        stock.close();
        scene.close();
    }

    @Test
    void when_all_were_rolled_back_the_application_hears_of_a_heuristic_rollback() throws Exception {
        CompletableFuture<Void> commit = decidedAndHeld();
        rollBackByHand(db);
        rollBackByHand(scene.stock);
        orders.heal();
        stock.heal();
        assertThatThrownBy(commit::join)
                .satisfies(thrown ->
                        assertThat(thrown.getCause().getCause()).isInstanceOf(HeuristicRollbackException.class));
        assertThat(scene.amount(db)).isEqualTo(100);
        assertThat(scene.amount(scene.stock)).isEqualTo(100);
        assertThat(engine.heuristics(10)).hasSize(2);
    }

    @Test
    void when_one_was_the_application_hears_of_a_mixed_end() throws Exception {
        CompletableFuture<Void> commit = decidedAndHeld();
        rollBackByHand(scene.stock);
        orders.heal();
        stock.heal();
        assertThatThrownBy(commit::join)
                .satisfies(
                        thrown -> assertThat(thrown.getCause().getCause()).isInstanceOf(HeuristicMixedException.class));
        assertThat(scene.amount(db)).isEqualTo(70);
        assertThat(scene.amount(scene.stock)).isEqualTo(100);
        assertThat(engine.heuristics(10)).hasSize(1);
        assertTheDecisionIsKept();
    }

    /** With its list, for whatever comes back. */
    private void assertTheDecisionIsKept() {
        await().until(() -> Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT verdict FROM tally_decision", row -> row.intValue("verdict")))
                .equals(List.of(2)));
    }

    /** Committed in the background; the decision is there, and neither database has heard of it. */
    private CompletableFuture<Void> decidedAndHeld() throws Exception {
        manager.begin();
        set("orders", 70);
        set("stock", 130);
        Transaction transaction = manager.suspend();
        orders.holdRequest("COMMIT PREPARED");
        stock.holdRequest("COMMIT PREPARED");
        CompletableFuture<Void> commit = Background.run(() -> {
            try {
                transaction.commit();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> orders.holding() == 1 && stock.holding() == 1);
        return commit;
    }

    private void set(String resource, int amount) throws SQLException {
        try (Statement statement =
                engine.current().orElseThrow().connection(resource).createStatement()) {
            statement.executeUpdate("UPDATE item SET amount = " + amount + " WHERE id = 1");
        }
    }

    private static void rollBackByHand(TestDatabase at) {
        List<String> gids = new ArrayList<>(Jdbc.on(at.dataSource())
                .autocommit(tx -> tx.query(
                        "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()",
                        row -> row.string("gid"))));
        assertThat(gids).hasSize(1);
        at.execute("ROLLBACK PREPARED '" + gids.get(0) + "'");
    }
}
