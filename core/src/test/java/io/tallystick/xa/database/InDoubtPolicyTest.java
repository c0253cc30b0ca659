package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.InDoubtPolicy;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A branch whose decision lies in a database that is gone, and an engine that is told what to bet on. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class InDoubtPolicyTest {

    private final TestDatabase db;
    private PreparedScene scene;
    private Voted left;

    InDoubtPolicyTest(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void leave_a_branch_whose_store_is_gone() throws SQLException {
        scene = new PreparedScene(db);
        Gtrid known = scene.gtrid();
        Gtrid lost = new Gtrid(
                known.cluster(), Gtrid.hash("gone"), known.node(), known.epoch(), known.counter(), known.startedAt());
        left = scene.prepare(scene.stockDriver, lost, 1, 130);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private XaEngine engine(InDoubtPolicy policy) {
        TestDatabase gone = db.createDatabase();
        JdbcDecisionStore store = JdbcDecisionStore.on("gone", Jdbc.on(gone.dataSource()));
        gone.close();
        return XaEngine.named("shop")
                .resource(PreparedScene.driver(scene.stock, "stock"))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(db.dataSource())))
                .decisions(store)
                .policy("stock", policy)
                .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(200)))
                .open();
    }

    private boolean isPrepared() {
        return scene.stockDriver.prepared().stream().anyMatch(p -> p.xid().equals(left.xid()));
    }

    private void assertEnds(InDoubtPolicy policy, Ack.Found found, int amount) {
        try (XaEngine engine = engine(policy)) {
            await().atMost(Duration.ofSeconds(120)).until(() -> !isPrepared());
            assertThat(scene.amount(scene.stock)).isEqualTo(amount);
            HeuristicRecord record = engine.heuristics(1).get(0);
            assertThat(record.branch()).isEqualTo(left.xid());
            assertThat(record.found()).isEqualTo(found);
            assertThat(record.evidence()).contains("the policy of resource 'stock' decided");
        }
    }

    @Test
    void it_is_rolled_back_after_its_time_with_evidence_in_a_store_that_answers() {
        assertEnds(InDoubtPolicy.rollbackAfter(Duration.ofSeconds(1)), Ack.Found.ROLLED_BACK, 100);
    }

    @Test
    void it_is_committed_after_its_time_with_evidence_in_a_store_that_answers() {
        assertEnds(InDoubtPolicy.commitAfter(Duration.ofSeconds(1)), Ack.Found.COMMITTED, 130);
    }

    @Test
    void it_is_held_where_nothing_else_is_said() {
        try (XaEngine engine = engine(InDoubtPolicy.HOLD)) {
            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(120))
                    .until(this::isPrepared);
        }
        assertThat(scene.store.heuristics(1)).isEmpty();
    }

    @Test
    void a_bet_within_a_second_or_on_a_resource_that_is_not_there_is_refused() {
        assertThatThrownBy(() -> InDoubtPolicy.rollbackAfter(Duration.ofMillis(10)))
                .hasMessageContaining("at least PT1S");
        assertThatThrownBy(() -> XaEngine.named("shop")
                        .decisions(scene.store)
                        .policy("nowhere", InDoubtPolicy.HOLD)
                        .open())
                .hasMessageContaining("resource 'nowhere', which is not configured");
    }
}
