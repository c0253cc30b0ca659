package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.crash.CrashResult;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code kill -9} of a process in the middle of recovery, at each of its steps: a transaction that was decided and one that nobody decided
 * were left to it, and what it leaves is left to the next one, which dies at another step. In the end one stays alive.
 */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class RecoveringProcessKilledTest {

    private static final int FIRST = 10;

    private final TestDatabase db;
    private final List<Gtrid> decided = new ArrayList<>();
    private final List<Gtrid> undecided = new ArrayList<>();

    RecoveringProcessKilledTest(TestDatabase db) {
        this.db = db;
    }

    /** @param at which database hears the words that a process dies before or after */
    private record Step(String at, String when, String words) {}

    private List<Step> steps() {
        boolean postgres = db.engine() == Engine.POSTGRESQL;
        String commit = postgres ? "COMMIT PREPARED" : "XA COMMIT";
        String rollback = postgres ? "ROLLBACK PREPARED" : "XA ROLLBACK";
        return List.of(
                new Step("orders", "before", "INSERT INTO tally_decision"),
                new Step("orders", "after", "INSERT INTO tally_decision"),
                new Step("stock", "before", rollback),
                new Step("stock", "before", commit),
                new Step("stock", "after", commit),
                new Step("orders", "before", "UPDATE tally_decision"));
    }

    @Test
    void at_whichever_step_of_recovery_a_process_is_killed_the_next_one_ends_everything_as_it_was_decided()
            throws SQLException {
        try (PreparedScene scene = new PreparedScene(db)) {
            scene.store.leave(scene.life);
            for (Step step : steps()) {
                leaveBehind(scene);
                CrashResult death = recovering(scene, step).runAt(1);
                assertThat(death.crashed()).as("%s: %s", step, death.output()).isTrue();
            }
            try (XaEngine last = XaEngine.named("shop")
                    .resource(PreparedScene.driver(scene.orders, "orders"))
                    .resource(PreparedScene.driver(scene.stock, "stock"))
                    .decisions(JdbcDecisionStore.on("orders", Jdbc.on(db.dataSource())))
                    .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(50)))
                    .open()) {
                await().untilAsserted(() -> assertNothingIsLeft(scene));
                assertThat(last.heuristics(10)).isEmpty();
                // a decision of the dead is remembered, and a rollback of theirs has its tombstone
                assertThat(decided)
                        .allSatisfy(it -> assertThat(last.outcome(it)).contains(Verdict.COMMIT));
                assertThat(undecided)
                        .allSatisfy(it -> assertThat(last.outcome(it)).contains(Verdict.ABORT));
            }
            int rounds = steps().size();
            assertThat(amounts(scene.orders)).isEqualTo(List.of((long) rounds, 0L));
            assertThat(amounts(scene.stock)).isEqualTo(List.of((long) rounds, 0L));
        }
    }

    /** Of a coordinator that is gone: one transaction is decided, the other is not. */
    private void leaveBehind(PreparedScene scene) throws SQLException {
        Gtrid commit = scene.gtrid();
        scene.decide(commit, prepared(scene, commit, FIRST + decided.size(), 1));
        decided.add(commit);
        Gtrid rollback = scene.gtrid();
        prepared(scene, rollback, -FIRST - undecided.size(), -1);
        undecided.add(rollback);
    }

    private static List<Voted> prepared(PreparedScene scene, Gtrid gtrid, int id, int amount) throws SQLException {
        String insert = "INSERT INTO item VALUES (" + id + ", " + amount + ")";
        return List.of(
                scene.prepare(scene.ordersDriver, gtrid, 1, insert),
                scene.prepare(scene.stockDriver, gtrid, 2, insert));
    }

    private CrashRunner recovering(PreparedScene scene, Step step) {
        return CrashRunner.of(
                        RecoveringMain.class,
                        db.engine().name(),
                        scene.orders.url(),
                        scene.stock.url(),
                        db.user(),
                        db.password(),
                        step.at(),
                        step.when(),
                        step.words())
                .timeout(Duration.ofMinutes(2));
    }

    private static void assertNothingIsLeft(PreparedScene scene) {
        assertThat(scene.ordersDriver.prepared()).isEmpty();
        assertThat(scene.stockDriver.prepared()).isEmpty();
        assertThat(scene.store.unfinished(Gtrid.hash("shop"), 100)).isEmpty();
    }

    /** Rows of what was decided, and of what was not. */
    private static List<Long> amounts(TestDatabase db) {
        Jdbc jdbc = Jdbc.on(db.dataSource());
        return List.of(
                jdbc.autocommit(tx -> tx.query(
                                "SELECT count(*) AS n FROM item WHERE id >= " + FIRST, row -> row.longValue("n")))
                        .get(0),
                jdbc.autocommit(tx ->
                                tx.query("SELECT count(*) AS n FROM item WHERE id < 0", row -> row.longValue("n")))
                        .get(0));
    }
}
