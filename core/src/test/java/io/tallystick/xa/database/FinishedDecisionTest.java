package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaMetrics;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The end of a decision can be lost with the process that ended it, or be written after another process has listed what is unfinished: then a
 * decision is told once more to branches that have forgotten it.
 */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class FinishedDecisionTest {

    private final TestDatabase db;
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicInteger lists = new AtomicInteger();
    private final AtomicInteger stale = new AtomicInteger();
    private final AtomicInteger takenOver = new AtomicInteger();

    FinishedDecisionTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void a_decision_that_is_told_again_after_its_end_is_done_and_leaves_no_evidence() throws SQLException {
        try (PreparedScene scene = new PreparedScene(db)) {
            Gtrid gtrid = scene.gtrid();
            List<Voted> branches = scene.prepareBoth(gtrid);
            scene.decide(gtrid, branches);
            scene.die();
            DecisionRecord decision = new DecisionRecord(gtrid, branches, Instant.now());
            try (XaEngine engine = engine(scene, decision)) {
                await().until(() -> ends.get() > 0
                        && scene.store.unfinished(gtrid.cluster(), 10).isEmpty());
                assertBooks(scene);
                // as long as lists may show it, whoever has ended it knows that
                int clean = lists.get();
                await().until(() -> lists.get() > clean + 3);
                int before = takenOver.get();
                int endsBefore = ends.get();
                stale.set(1);
                await().until(() -> takenOver.get() > before && ends.get() > endsBefore);
                assertThat(engine.heuristics(10)).isEmpty();
                assertThat(scene.store.unfinished(gtrid.cluster(), 10)).isEmpty();
            }
            assertBooks(scene);
        }
    }

    @Test
    void a_branch_that_comes_back_behind_the_end_is_committed_when_the_decision_lists_it_and_held_when_not()
            throws SQLException {
        try (PreparedScene scene = new PreparedScene(db)) {
            Gtrid gtrid = scene.gtrid();
            List<Voted> branches = scene.prepareBoth(gtrid);
            scene.decide(gtrid, branches.subList(0, 1));
            scene.store.remember(List.of(gtrid));
            scene.die();
            await().until(() -> scene.store.unfinished(gtrid.cluster(), 10).isEmpty());
            AtomicInteger scans = new AtomicInteger();
            try (XaEngine engine = XaEngine.named("shop")
                    .resource(PreparedScene.driver(scene.orders, "orders"))
                    .resource(PreparedScene.driver(scene.stock, "stock"))
                    .decisions(JdbcDecisionStore.on("orders", Jdbc.on(scene.orders.dataSource())))
                    .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(50)))
                    .metrics(new XaMetrics() {
                        @Override
                        public void inDoubt(String resource, int branches, Duration oldest) {
                            scans.addAndGet(resource.equals("stock") ? 1 : 0);
                        }
                    })
                    .open()) {
                await().until(() -> scene.amount(scene.orders) == 70);
                int before = scans.get();
                await().until(() -> scans.get() > before + 3);
                assertThat(scene.stockDriver.prepared())
                        .extracting(PreparedBranch::xid)
                        .containsExactly(branches.get(1).xid());
                assertThat(engine.outcome(gtrid)).contains(Verdict.COMMIT);
                assertThat(engine.heuristics(10)).isEmpty();
            }
        }
    }

    private void assertBooks(PreparedScene scene) {
        assertThat(scene.amount(scene.orders)).isEqualTo(70);
        assertThat(scene.amount(scene.stock)).isEqualTo(130);
        assertThat(scene.ordersDriver.prepared()).isEmpty();
        assertThat(scene.stockDriver.prepared()).isEmpty();
    }

    private XaEngine engine(PreparedScene scene, DecisionRecord decision) {
        return XaEngine.named("shop")
                .resource(PreparedScene.driver(scene.orders, "orders"))
                .resource(PreparedScene.driver(scene.stock, "stock"))
                .decisions(listingOnceMore(scene.store, decision))
                .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(50)))
                .metrics(new XaMetrics() {
                    @Override
                    public void tookOver() {
                        takenOver.incrementAndGet();
                    }
                })
                .open();
    }

    /** Lists it once after its end, when it is told to, and counts how often it is ended. */
    private DecisionStore listingOnceMore(DecisionStore real, DecisionRecord decision) {
        return (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, arguments) -> {
                    Object answer;
                    try {
                        answer = method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                    if (method.getName().equals("end") || method.getName().equals("remember")) {
                        ends.incrementAndGet();
                    }
                    if (method.getName().equals("unfinished")) {
                        lists.incrementAndGet();
                    }
                    if (method.getName().equals("unfinished") && stale.compareAndSet(1, 0)) {
                        List<Object> more = new ArrayList<>((List<?>) answer);
                        more.add(decision);
                        return more;
                    }
                    return answer;
                });
    }
}
