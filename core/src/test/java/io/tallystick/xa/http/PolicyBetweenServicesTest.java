package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.InDoubtPolicy;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaDesk;
import io.tallystick.xa.XaOrder;
import io.tallystick.xa.XaReceipt;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A participant that is prepared, whose coordinator cannot be reached, and which was told what to bet on. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class PolicyBetweenServicesTest extends ServicesScene {

    PolicyBetweenServicesTest(TestDatabase pointsDb) {
        super(pointsDb);
    }

    private TestService shop;
    private FaultProxy toPoints;

    /** The shop decides to commit, and neither hears of the other any more. */
    private TestService decidedAndCutOff(InDoubtPolicy policy) throws Exception {
        shop = service("shop");
        TestService points = service("points").betting(policy);
        toPoints = track(FaultProxy.to("127.0.0.1", points.port()));
        toPoints.cut();
        track(shop.open(shopDb, Map.of("points", TestService.at(toPoints.port())), keys));
        track(points.open(pointsDb, Map.of("shop", nowhere()), keys));
        shop.engine().call(() -> {
            shop.add(1, -30);
            return shop.call(points, "/add?id=1&by=30").statusCode();
        });
        return points;
    }

    /** When it can be reached again. */
    private void awaitEndAtTheCoordinator() {
        toPoints.heal();
        await().until(() -> Jdbc.on(shopDb.dataSource())
                .autocommit(tx -> tx.query("SELECT gtrid FROM tally_decision WHERE verdict = 1", row -> 1))
                .isEmpty());
    }

    private void assertEnds(InDoubtPolicy policy, Ack.Found found, int amount) throws Exception {
        TestService points = decidedAndCutOff(policy);
        await().untilAsserted(() -> assertNothingPrepared(pointsDb));
        assertThat(amount(pointsDb, 1)).isEqualTo(amount);
        List<HeuristicRecord> evidence = points.engine().heuristics(10);
        assertThat(evidence).hasSize(1);
        assertThat(evidence.get(0).found()).isEqualTo(found);
        assertThat(evidence.get(0).evidence())
                .contains("the policy of resource 'points' decided")
                .contains("service 'shop' cannot be reached");
    }

    @Test
    void its_branch_is_committed_after_its_time_with_evidence() throws Exception {
        assertEnds(InDoubtPolicy.commitAfter(Duration.ofSeconds(1)), Ack.Found.COMMITTED, 130);
        awaitEndAtTheCoordinator();
        assertThat(shop.engine().heuristics(1)).isEmpty();
    }

    @Test
    void its_branch_is_rolled_back_after_its_time_with_evidence() throws Exception {
        assertEnds(InDoubtPolicy.rollbackAfter(Duration.ofSeconds(1)), Ack.Found.ROLLED_BACK, 100);
    }

    @Test
    void a_coordinator_hears_of_a_bet_against_its_decision_and_keeps_evidence() throws Exception {
        assertEnds(InDoubtPolicy.rollbackAfter(Duration.ofSeconds(1)), Ack.Found.ROLLED_BACK, 100);
        awaitEndAtTheCoordinator();
        assertThat(shop.engine().heuristics(10)).singleElement().satisfies(record -> {
            assertThat(record.resource()).isEqualTo("points/points");
            assertThat(record.decided()).isEqualTo(Verdict.COMMIT);
            assertThat(record.found()).isEqualTo(Ack.Found.ROLLED_BACK);
        });
    }

    @Test
    void a_coordinator_hears_of_a_persons_order_against_its_decision_and_keeps_evidence() throws Exception {
        TestService points = decidedAndCutOff(InDoubtPolicy.HOLD);
        Gtrid gtrid = await().until(() -> points.engine().inDoubt(), list -> !list.isEmpty())
                .get(0)
                .xid()
                .gtrid();
        try (JdbcBranchDriver driver = TestService.driver(pointsDb, "points");
                JdbcDecisionStore store = JdbcDecisionStore.on("points", Jdbc.on(pointsDb.dataSource()))) {
            XaDesk desk = new XaDesk(List.of(driver), List.of(store), InstantSource.system());
            XaOrder order = new XaOrder(Verdict.ABORT, "kim", "the shop is closed for good", true);
            await().until(() -> desk.resolve(gtrid, order).result() == XaReceipt.Result.DONE);
        }
        assertThat(amount(pointsDb, 1)).isEqualTo(100);

        awaitEndAtTheCoordinator();
        assertThat(shop.engine().heuristics(10)).singleElement().satisfies(record -> {
            assertThat(record.decided()).isEqualTo(Verdict.COMMIT);
            assertThat(record.found()).isEqualTo(Ack.Found.ROLLED_BACK);
        });
    }

    @Test
    void its_branch_is_held_where_nothing_else_is_said() throws Exception {
        TestService points = decidedAndCutOff(InDoubtPolicy.HOLD);
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(120)).until(() -> prepared(pointsDb) == 1);
        assertThat(points.engine().heuristics(1)).isEmpty();
        BranchXid held = points.engine().inDoubt().get(0).xid();
        assertThat(points.engine().finish(new Voted(held, "points", "", ""), Verdict.COMMIT))
                .isEqualTo(new Ack.Done());
    }
}
