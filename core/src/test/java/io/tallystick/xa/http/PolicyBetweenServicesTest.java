package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.InDoubtPolicy;
import io.tallystick.xa.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A participant that is prepared, whose coordinator cannot be reached, and which was told what to bet on. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class PolicyBetweenServicesTest extends ServicesScene {

    PolicyBetweenServicesTest(TestDatabase pointsDb) {
        super(pointsDb);
    }

    /** The shop decides to commit, and neither hears of the other any more. */
    private TestService decidedAndCutOff(InDoubtPolicy policy) throws Exception {
        TestService shop = service("shop");
        TestService points = service("points").betting(policy);
        track(shop.open(shopDb, Map.of("points", nowhere()), keys));
        track(points.open(pointsDb, Map.of("shop", nowhere()), keys));
        shop.engine().call(() -> {
            shop.add(1, -30);
            return shop.call(points, "/add?id=1&by=30").statusCode();
        });
        return points;
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
    }

    @Test
    void its_branch_is_rolled_back_after_its_time_with_evidence() throws Exception {
        assertEnds(InDoubtPolicy.rollbackAfter(Duration.ofSeconds(1)), Ack.Found.ROLLED_BACK, 100);
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
