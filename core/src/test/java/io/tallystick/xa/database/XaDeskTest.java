package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaCase;
import io.tallystick.xa.XaCase.Part;
import io.tallystick.xa.XaCase.Phase;
import io.tallystick.xa.XaDesk;
import io.tallystick.xa.XaOrder;
import io.tallystick.xa.XaReceipt;
import io.tallystick.xa.XaReceipt.Result;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person at real prepared branches, with no engine running. */
@Databases(ownServer = true)
class XaDeskTest {

    private final TestDatabase db;
    private PreparedScene scene;
    private XaDesk desk;
    private Gtrid gtrid;

    XaDeskTest(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void open() {
        scene = new PreparedScene(db);
        desk = new XaDesk(List.of(scene.ordersDriver, scene.stockDriver), List.of(scene.store), InstantSource.system());
        gtrid = scene.gtrid();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private XaReceipt order(Verdict verdict, boolean force) {
        return desk.resolve(gtrid, new XaOrder(verdict, "kim", "ticket 42", force));
    }

    private void assertAmounts(int orders, int stock) {
        assertThat(List.of(scene.amount(scene.orders), scene.amount(scene.stock)))
                .containsExactly(orders, stock);
    }

    @Test
    void what_a_dead_coordinator_left_undecided_is_listed_once_for_each_branch_and_rolled_back() throws SQLException {
        scene.prepareBoth(gtrid);
        scene.die();

        List<XaCase> cases = desk.list().cases();
        assertThat(cases).hasSize(1);
        assertThat(cases.get(0).phase()).isEqualTo(Phase.UNDECIDED);
        assertThat(cases.get(0).home()).isEqualTo(new XaCase.Home("orders", false));
        assertThat(cases.get(0).prepared()).extracting(Part::resource).containsExactly("orders", "stock");

        assertThat(order(Verdict.ABORT, false).result()).isEqualTo(Result.DONE);
        assertAmounts(100, 100);
        assertThat(scene.store.lookup(gtrid)).contains(Verdict.ABORT);
        assertThat(scene.store.orders(1).get(0))
                .extracting("gtrid", "who", "what", "why")
                .containsExactly(gtrid, "kim", "ABORT", "ticket 42");
        assertThat(scene.store.heuristics(9)).isEmpty();
        assertThat(desk.list().cases()).isEmpty();
    }

    @Test
    void what_a_living_coordinator_may_be_deciding_is_left_alone_unless_forced() throws SQLException {
        scene.prepareBoth(gtrid);
        XaReceipt refused = order(Verdict.ABORT, false);
        assertThat(refused.result()).isEqualTo(Result.REFUSED);
        assertThat(refused.text()).contains("its coordinator is alive");
        assertThat(scene.store.orders(9)).isEmpty();
        assertThat(desk.show(gtrid).prepared()).hasSize(2);

        assertThat(order(Verdict.ABORT, true).result()).isEqualTo(Result.DONE);
        assertAmounts(100, 100);
    }

    @Test
    void what_was_decided_cannot_be_rolled_back_and_is_finished() throws SQLException {
        List<Voted> voted = scene.prepareBoth(gtrid);
        scene.decide(gtrid, voted);
        scene.die();
        XaReceipt refused = order(Verdict.ABORT, true);
        assertThat(refused.result()).isEqualTo(Result.REFUSED);
        assertThat(refused.text()).contains("a decision to commit is durable in 'orders'");
        XaCase shown = desk.show(gtrid);
        assertThat(shown.phase()).isEqualTo(Phase.DECIDED);
        assertThat(shown.parts())
                .extracting(Part::hint)
                .containsExactly(voted.get(0).hint(), voted.get(1).hint());

        assertThat(order(Verdict.COMMIT, false).result()).isEqualTo(Result.DONE);
        assertAmounts(70, 130);
        assertThat(scene.store.heuristics(9)).isEmpty();
        scene.store.close();
        assertThat(scene.store.unfinishedOfAll(null, 9)).isEmpty();
        assertThat(scene.store.lookup(gtrid)).contains(Verdict.COMMIT);
    }

    @Test
    void a_branch_that_the_decision_does_not_list_is_rolled_back_while_the_others_commit() throws SQLException {
        Voted listed = scene.prepare(scene.ordersDriver, gtrid, 1, 70);
        scene.prepare(scene.stockDriver, gtrid, 2, 130);
        scene.decide(gtrid, List.of(listed));
        assertThat(order(Verdict.COMMIT, false).result()).isEqualTo(Result.DONE);
        assertAmounts(70, 100);
    }

    @Test
    void an_undecided_one_is_committed_only_when_forced_and_every_branch_leaves_evidence() throws SQLException {
        scene.prepareBoth(gtrid);
        scene.die();
        assertThat(order(Verdict.COMMIT, false).result()).isEqualTo(Result.REFUSED);
        assertAmounts(100, 100);

        assertThat(order(Verdict.COMMIT, true).result()).isEqualTo(Result.DONE);
        assertAmounts(70, 130);
        assertThat(scene.store.lookup(gtrid)).contains(Verdict.COMMIT);
        assertThat(scene.store.heuristics(9))
                .hasSize(2)
                .allSatisfy(record -> assertThat(record.evidence())
                        .contains("a person decided: kim ordered COMMIT (ticket 42); it was undecided"))
                .extracting(HeuristicRecord::found)
                .containsOnly(Ack.Found.COMMITTED);
        assertThat(scene.store.abort(gtrid))
                .as("its coordinator, should it wake up")
                .isEqualTo(Verdict.COMMIT);
    }

    @Test
    void after_a_tombstone_only_rollback_is_possible() throws SQLException {
        scene.prepareBoth(gtrid);
        scene.store.abort(gtrid);
        XaReceipt refused = order(Verdict.COMMIT, true);
        assertThat(refused.result()).isEqualTo(Result.REFUSED);
        assertThat(refused.text()).contains("a tombstone is durable in 'orders'");
        assertThat(order(Verdict.ABORT, false).result()).isEqualTo(Result.DONE);
        assertAmounts(100, 100);
    }

    @Test
    void without_its_decision_store_it_is_unknown_and_an_order_is_written_down_in_another() throws SQLException {
        scene.decide(gtrid, scene.prepareBoth(gtrid));
        Jdbc jdbc = Jdbc.on(scene.stock.dataSource());
        Schema.of(jdbc).install("xa");
        try (JdbcDecisionStore other = JdbcDecisionStore.on("stock", jdbc)) {
            desk = new XaDesk(List.of(scene.ordersDriver, scene.stockDriver), List.of(other), InstantSource.system());
            XaCase shown = desk.show(gtrid);
            assertThat(shown.phase()).isEqualTo(Phase.UNKNOWN);
            assertThat(shown.notes()).anySatisfy(note -> assertThat(note).contains("not among [stock]"));
            assertThat(order(Verdict.COMMIT, false).text()).contains("its decision store is not given");

            assertThat(order(Verdict.COMMIT, true).result()).isEqualTo(Result.DONE);
            assertAmounts(70, 130);
            assertThat(other.orders(1).get(0).what()).isEqualTo("COMMIT, forced");
            assertThat(other.heuristics(9)).hasSize(2);
        }
    }

    @Test
    void a_decision_store_that_was_given_and_cannot_be_read_is_named_and_not_called_missing() throws SQLException {
        scene.prepareBoth(gtrid);
        desk = new XaDesk(
                List.of(scene.ordersDriver, scene.stockDriver), List.of(), List.of("orders"), InstantSource.system());
        XaCase shown = desk.show(gtrid);
        assertThat(shown.phase()).isEqualTo(Phase.UNKNOWN);
        assertThat(shown.home().store()).isEqualTo("orders");
        assertThat(shown.notes()).noneSatisfy(note -> assertThat(note).contains("not among"));
        assertThat(shown.choices())
                .allSatisfy(choice -> assertThat(choice.means()).contains("'orders' cannot be read now"));
    }

    @Test
    void with_no_decision_store_at_all_nothing_is_done_because_nothing_can_be_written_down() throws SQLException {
        scene.prepareBoth(gtrid);
        desk = new XaDesk(List.of(scene.ordersDriver, scene.stockDriver), List.of(), InstantSource.system());
        assertThatThrownBy(() -> order(Verdict.ABORT, true))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("nowhere to write down the order");
        assertThat(desk.show(gtrid).prepared()).hasSize(2);
    }

    @Test
    void a_branch_on_a_resource_that_is_not_given_stays_unfinished_unless_its_server_is_reached_anyway()
            throws SQLException {
        scene.decide(gtrid, scene.prepareBoth(gtrid));
        desk = new XaDesk(List.of(scene.ordersDriver), List.of(scene.store), InstantSource.system());
        XaReceipt half = order(Verdict.COMMIT, false);
        assertThat(scene.amount(scene.orders)).isEqualTo(70);
        if (db.engine() == Engine.POSTGRESQL) {
            assertThat(half.result()).isEqualTo(Result.UNFINISHED);
            assertThat(half.text()).contains("1 of 2 branches have not followed");
            assertThat(scene.store.unfinishedOfAll(null, 9))
                    .as("still to be finished")
                    .hasSize(1);
        } else {
            assertThat(half.result())
                    .as("any database of a server ends what another holds")
                    .isEqualTo(Result.DONE);
            assertAmounts(70, 130);
        }
    }

    @Test
    void a_branch_ended_by_hand_against_the_decision_is_found_where_the_database_knows() throws SQLException {
        Voted voted = scene.prepare(scene.ordersDriver, gtrid, 1, 70);
        scene.decide(gtrid, List.of(voted));
        scene.ordersDriver.rollback(voted.xid(), "", PreparedScene.BUDGET);
        XaReceipt receipt = order(Verdict.COMMIT, false);
        assertThat(receipt.result()).isEqualTo(Result.DONE);
        if (db.engine() == Engine.POSTGRESQL) {
            assertThat(receipt.text()).contains("not alike");
            assertThat(scene.store.heuristics(9))
                    .extracting(HeuristicRecord::found)
                    .containsExactly(Ack.Found.ROLLED_BACK);
            assertThat(desk.list().heuristics()).hasSize(1);
        }
    }

    @Test
    void of_what_is_still_prepared_behind_an_ended_decision_only_what_it_lists_is_committed() throws SQLException {
        List<Voted> both = scene.prepareBoth(gtrid);
        scene.decide(gtrid, both.subList(0, 1));
        scene.store.remember(List.of(gtrid));
        await().until(() -> desk.show(gtrid).phase() == Phase.FINISHED);

        assertThat(order(Verdict.COMMIT, false).result()).isEqualTo(Result.DONE);

        assertAmounts(70, 100);
        assertThat(scene.store.heuristics(9)).isEmpty();
    }

    @Test
    void a_branch_that_is_absent_in_another_database_than_prepared_it_is_not_called_committed() throws SQLException {
        Voted voted = scene.prepare(scene.ordersDriver, gtrid, 1, 70);
        scene.decide(gtrid, List.of(new Voted(voted.xid(), voted.resource(), "the former primary", "")));
        scene.ordersDriver.rollback(voted.xid(), "", PreparedScene.BUDGET);

        XaReceipt receipt = order(Verdict.COMMIT, false);

        assertThat(receipt.text()).contains("not alike");
        assertThat(scene.store.heuristics(9)).singleElement().satisfies(record -> {
            assertThat(record.found()).isEqualTo(Ack.Found.UNKNOWN);
            assertThat(record.evidence()).startsWith("prepared in the former primary, absent in ");
        });
    }

    @Test
    void behind_a_decision_that_an_older_release_has_ended_nothing_is_guessed() throws SQLException {
        scene.decide(gtrid, scene.prepareBoth(gtrid));
        scene.store.remember(List.of(gtrid));
        await().until(() -> desk.show(gtrid).phase() == Phase.FINISHED);
        db.execute("UPDATE tally_decision SET branches = ''");

        XaReceipt receipt = order(Verdict.COMMIT, false);

        assertThat(receipt.result()).isEqualTo(Result.UNFINISHED);
        assertThat(receipt.steps())
                .allSatisfy(step -> assertThat(step.answer().toString()).contains("kept no list of its branches"));
        assertThat(desk.show(gtrid).prepared()).hasSize(2);
    }

    @Test
    void an_unknown_transaction_and_an_order_without_a_reason_are_refused() {
        assertThatThrownBy(() -> desk.show(gtrid))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("nothing is known of transaction " + gtrid)
                .hasMessageContaining("tally tx list");
        assertThatThrownBy(() -> new XaOrder(Verdict.ABORT, "kim", " ", false)).hasMessageContaining("who and why");
    }
}
