package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * A replica takes the place of a MariaDB or MySQL database in which branches are prepared; the decisions are in a PostgreSQL database that
 * stays. What has reached the replica is finished there; of what was decided and has not, there is evidence.
 */
class InnoDbPromotionTest {

    @Nested
    class OfMariaDb extends Promotion {
        OfMariaDb() {
            super(Engine.MARIADB);
        }
    }

    @Nested
    class OfMySql extends Promotion {
        OfMySql() {
            super(Engine.MYSQL);
        }
    }

    @Databases(Engine.POSTGRESQL)
    abstract static class Promotion {

        private final Engine product;

        Promotion(Engine product) {
            this.product = product;
        }

        @Test
        void branches_that_reached_the_replica_are_finished_there_and_of_a_lost_one_that_was_decided_there_is_evidence(
                TestDatabase orders) throws SQLException {
            try (PreparedScene scene = new PreparedScene(orders);
                    TestDatabase replica = InnoDbReplica.server(product, 2);
                    TestDatabase primary = InnoDbReplica.server(product, 1)) {
                InnoDbReplica.follow(replica, primary);
                primary.execute("CREATE TABLE item (id INT PRIMARY KEY, amount INT NOT NULL) ENGINE=InnoDB");
                Gtrid committed = scene.gtrid();
                Gtrid undecided = scene.gtrid();
                Gtrid lost = scene.gtrid();
                try (JdbcBranchDriver before = PreparedScene.driver(primary, "stock")) {
                    Voted kept = prepare(scene, before, committed, 1);
                    scene.decide(committed, List.of(kept));
                    Voted orphan = prepare(scene, before, undecided, 2);
                    awaitPrepared(replica, kept.xid(), orphan.xid());
                    InnoDbReplica.stopFollowing(replica);
                    scene.decide(lost, List.of(prepare(scene, before, lost, 3)));
                }
                scene.die();
                primary.kill();
                InnoDbReplica.promote(replica);

                try (XaEngine engine = XaEngine.named("shop")
                        .resource(PreparedScene.driver(replica, "stock"))
                        .decisions(JdbcDecisionStore.on("orders", Jdbc.on(orders.dataSource())))
                        .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(50)))
                        .open()) {
                    await().until(() ->
                            scene.store.unfinished(Gtrid.hash("shop"), 10).isEmpty());
                    await().until(() -> prepared(replica).isEmpty());
                    assertThat(ids(replica)).containsExactly(1);
                    assertThat(engine.outcome(undecided)).contains(Verdict.ABORT);
                    assertThat(engine.heuristics(10)).singleElement().satisfies(InnoDbPromotionTest::isOfTheLost);
                    assertThat(engine.heuristics(10).get(0).branch().gtrid()).isEqualTo(lost);
                }
            }
        }

        private void awaitPrepared(TestDatabase replica, BranchXid... expected) {
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(prepared(replica)).containsExactlyInAnyOrder(expected));
        }

        private static Voted prepare(PreparedScene scene, JdbcBranchDriver driver, Gtrid gtrid, int id)
                throws SQLException {
            return scene.prepare(driver, gtrid, 1, "INSERT INTO item VALUES (" + id + ", 100)");
        }

        private static List<BranchXid> prepared(TestDatabase at) {
            try (JdbcBranchDriver driver = PreparedScene.driver(at, "stock")) {
                return driver.prepared().stream().map(PreparedBranch::xid).toList();
            }
        }

        private static List<Integer> ids(TestDatabase at) {
            return Jdbc.on(at.dataSource())
                    .autocommit(tx -> tx.query("SELECT id FROM item ORDER BY id", row -> row.intValue("id")));
        }
    }

    private static void isOfTheLost(HeuristicRecord record) {
        assertThat(record.decided()).isEqualTo(Verdict.COMMIT);
        assertThat(record.found()).isEqualTo(Ack.Found.UNKNOWN);
        assertThat(record.evidence()).contains("absent in").contains("which has taken its place");
    }
}
