package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.Background;
import io.tallystick.xa.DecisionStore.Life;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the arbiter of decisions promises, wherever it keeps them. Run by each store. */
public abstract class DecisionStoreContract {

    private static final AtomicInteger NEXT = new AtomicInteger(1);

    protected static final Duration LONG = Duration.ofMinutes(10);
    /** A lease of this length has run out when the next question comes. */
    protected static final Duration RUN_OUT = Duration.ofMillis(-1);

    protected static final Instant AT = Instant.parse("2026-11-22T08:50:00.123456Z");

    /** Each test has a cluster of its own: several share one database. */
    protected final int cluster = Gtrid.hash("cluster " + NEXT.incrementAndGet());

    protected DecisionStore store;
    protected Life life;

    /** Opens the store as a new process does; on the same place each time within one test. */
    protected abstract DecisionStore open();

    @BeforeEach
    void openAndRegister() {
        store = open();
        life = store.register(cluster, 0xABCD_EF01_2345L, LONG);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    protected Gtrid gtrid() {
        return gtrid(life);
    }

    protected Gtrid gtrid(Life of) {
        return new Gtrid(of.cluster(), Gtrid.hash(store.name()), of.node(), of.epoch(), NEXT.incrementAndGet(), AT);
    }

    protected static DecisionRecord decision(Gtrid gtrid) {
        return new DecisionRecord(
                gtrid,
                List.of(
                        voted(gtrid, 1, "orders", "xid8:4711"),
                        voted(gtrid, 65_535, "http://stöck:8080/finish", "connection 17")),
                AT);
    }

    private static DecisionRecord.Voted voted(Gtrid gtrid, int number, String resource, String hint) {
        return new DecisionRecord.Voted(
                new BranchXid(gtrid, number, Gtrid.hash(resource), Long.MIN_VALUE + number),
                resource,
                "7f1c-uuid",
                hint);
    }

    @Test
    void nothing_is_known_of_a_transaction_that_has_not_decided() {
        assertThat(store.lookup(gtrid())).isEmpty();
        assertThat(store.decision(gtrid())).isEmpty();
    }

    @Test
    void a_decision_is_found_with_its_branches() {
        DecisionRecord decision = decision(gtrid());

        assertThat(store.commit(decision)).isEqualTo(Verdict.COMMIT);

        assertThat(store.lookup(decision.gtrid())).contains(Verdict.COMMIT);
        assertThat(store.decision(decision.gtrid())).contains(decision);
        assertThat(store.unfinished(cluster, 10)).containsExactly(decision);
    }

    @Test
    void a_decision_without_prepared_branches_is_one_too() {
        DecisionRecord decision = new DecisionRecord(gtrid(), List.of(), AT);

        assertThat(store.commit(decision)).isEqualTo(Verdict.COMMIT);

        assertThat(store.decision(decision.gtrid())).contains(decision);
    }

    @Test
    void a_decision_that_meets_a_tombstone_is_overruled_and_leaves_nothing() {
        Gtrid gtrid = gtrid();

        assertThat(store.abort(gtrid)).isEqualTo(Verdict.ABORT);

        assertThat(store.commit(decision(gtrid))).isEqualTo(Verdict.ABORT);
        assertThat(store.lookup(gtrid)).contains(Verdict.ABORT);
        assertThat(store.decision(gtrid)).isEmpty();
        assertThat(store.unfinished(cluster, 10)).isEmpty();
    }

    @Test
    void a_tombstone_that_meets_a_decision_says_commit_and_changes_nothing() {
        DecisionRecord decision = decision(gtrid());
        store.commit(decision);

        assertThat(store.abort(decision.gtrid())).isEqualTo(Verdict.COMMIT);

        assertThat(store.decision(decision.gtrid())).contains(decision);
    }

    @Test
    void both_may_be_repeated() {
        DecisionRecord decision = decision(gtrid());
        Gtrid orphan = gtrid();
        for (int i = 0; i < 3; i++) {
            assertThat(store.commit(decision)).isEqualTo(Verdict.COMMIT);
            assertThat(store.abort(orphan)).isEqualTo(Verdict.ABORT);
        }
        assertThat(store.unfinished(cluster, 10)).containsExactly(decision);
    }

    @Test
    void an_ended_decision_of_its_own_life_is_forgotten_after_a_while() {
        DecisionRecord decision = decision(gtrid());
        store.commit(decision);

        store.end(List.of(decision.gtrid()));

        Awaitility.await()
                .untilAsserted(() -> assertThat(store.lookup(decision.gtrid())).isEmpty());
    }

    @Test
    void closing_writes_off_what_has_ended() {
        List<Gtrid> many = commit(250);
        store.end(many);
        store.close();
        store = open();
        assertThat(store.unfinished(cluster, 1_000)).isEmpty();
        assertThat(store.lookup(many.get(0))).isEmpty();
    }

    @Test
    void a_decision_that_another_life_has_finished_stays_known_to_its_coordinator() {
        DecisionRecord decision = decision(gtrid());
        store.commit(decision);
        store.close();
        store = open();
        store.register(cluster, 7, LONG);
        store.end(List.of(decision.gtrid()));
        Awaitility.await()
                .untilAsserted(() -> assertThat(store.unfinished(cluster, 10)).isEmpty());

        assertThat(store.decision(decision.gtrid())).isEmpty();
        assertThat(store.lookup(decision.gtrid())).contains(Verdict.COMMIT);
        assertThat(store.abort(decision.gtrid())).isEqualTo(Verdict.COMMIT);
    }

    @Test
    void a_branch_hears_by_the_list_whether_it_is_part_of_what_was_decided_also_after_the_end() {
        DecisionRecord decision = decision(gtrid());
        BranchXid listed = decision.branches().get(1).xid();
        BranchXid stranger = new BranchXid(decision.gtrid(), 2, 7, 8);
        assertThat(store.lookup(listed)).isEmpty();
        store.commit(decision);
        assertThat(store.lookup(listed)).contains(Verdict.COMMIT);
        assertThat(store.lookup(stranger)).contains(Verdict.ABORT);

        store.remember(List.of(decision.gtrid()));
        Awaitility.await()
                .untilAsserted(() -> assertThat(store.unfinished(cluster, 10)).isEmpty());
        for (int opened = 0; opened < 3; opened++) {
            assertThat(store.lookup(listed)).contains(Verdict.COMMIT);
            assertThat(store.lookup(stranger)).contains(Verdict.ABORT);
            store.close();
            store = open();
        }
    }

    @Test
    void a_branch_of_what_was_rolled_back_hears_abort_whatever_it_is() {
        Gtrid gtrid = gtrid();
        store.abort(gtrid);
        assertThat(store.lookup(new BranchXid(gtrid, 1, 7, 8))).contains(Verdict.ABORT);
    }

    @Test
    void a_remembered_decision_is_finished_and_can_be_asked_for() {
        DecisionRecord decision = decision(gtrid());
        store.commit(decision);

        store.remember(List.of(decision.gtrid()));

        Awaitility.await()
                .untilAsserted(() -> assertThat(store.unfinished(cluster, 10)).isEmpty());
        assertThat(store.lookup(decision.gtrid())).contains(Verdict.COMMIT);
    }

    @Test
    void ending_what_is_not_there_or_is_a_tombstone_changes_nothing() {
        Gtrid orphan = gtrid();
        store.abort(orphan);
        store.end(List.of(orphan, gtrid()));
        store.remember(List.of(orphan, gtrid()));
        store.close();
        store = open();
        assertThat(store.lookup(orphan)).contains(Verdict.ABORT);
    }

    @Test
    void unfinished_decisions_come_in_pages_and_only_those_of_the_cluster() {
        List<Gtrid> mine = commit(25);
        Life stranger = store.register(cluster + 1, 5, LONG);
        store.commit(decision(gtrid(stranger)));

        List<Gtrid> found = new ArrayList<>();
        List<DecisionRecord> page = store.unfinished(cluster, 10);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(10);
            page.forEach(decision -> found.add(decision.gtrid()));
            page = store.unfinished(cluster, found.get(found.size() - 1), 10);
        }
        assertThat(found).containsExactlyElementsOf(mine);
    }

    @Test
    void a_person_sees_the_unfinished_decisions_of_all_clusters_in_pages() {
        List<Gtrid> all = new ArrayList<>(commit(3));
        all.add(gtrid(store.register(cluster + 1, 5, LONG)));
        all.add(gtrid(store.register(-cluster - 1, 5, LONG)));
        store.commit(decision(all.get(3)));
        store.commit(decision(all.get(4)));

        List<Gtrid> found = new ArrayList<>();
        List<DecisionRecord> page = store.unfinishedOfAll(null, 2);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(2);
            page.forEach(decision -> found.add(decision.gtrid()));
            page = store.unfinishedOfAll(found.get(found.size() - 1), 2);
        }
        assertThat(found).contains(all.toArray(Gtrid[]::new)).doesNotHaveDuplicates();
    }

    private List<Gtrid> commit(int count) {
        List<Gtrid> committed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Gtrid gtrid = gtrid();
            store.commit(decision(gtrid));
            committed.add(gtrid);
        }
        return committed;
    }

    @Test
    void of_two_nodes_with_one_label_the_second_gets_the_higher_epoch_and_the_first_is_told() {
        Life second = store.register(cluster, life.node(), LONG);

        assertThat(second.epoch()).isGreaterThan(life.epoch());
        assertThat(store.renew(life, LONG)).isFalse();
        assertThat(store.renew(second, LONG)).isTrue();
        assertThat(store.living(cluster)).containsExactly(second);
    }

    @Test
    void no_epoch_comes_twice_however_many_start_at_once() {
        List<CompletableFuture<Life>> starting = new ArrayList<>();
        CyclicBarrier together = new CyclicBarrier(4);
        for (int i = 0; i < 4; i++) {
            starting.add(Background.supply(() -> {
                meet(together);
                return store.register(cluster, 42, LONG);
            }));
        }
        Set<Integer> epochs = new HashSet<>();
        starting.forEach(start -> epochs.add(start.join().epoch()));
        assertThat(epochs).hasSize(4);
    }

    @Test
    void who_leaves_or_does_not_renew_is_no_longer_among_the_living() {
        Life leaving = store.register(cluster, 1, LONG);
        Life silent = store.register(cluster, 2, LONG);
        assertThat(store.living(cluster)).containsExactlyInAnyOrder(life, leaving, silent);

        store.leave(leaving);
        store.renew(silent, RUN_OUT);

        assertThat(store.living(cluster)).containsExactly(life);
        assertThat(store.renew(silent, LONG)).isTrue();
        assertThat(store.living(cluster)).containsExactlyInAnyOrder(life, silent);
    }

    @Test
    void an_epoch_outlives_the_store_object() {
        store.leave(life);
        store.close();
        store = open();
        assertThat(store.register(cluster, life.node(), LONG).epoch()).isGreaterThan(life.epoch());
    }

    @Test
    void evidence_is_kept_once_for_each_finding_the_latest_first() {
        Gtrid gtrid = gtrid();
        HeuristicRecord first = evidence(gtrid, Ack.Found.UNKNOWN, AT);
        HeuristicRecord second = evidence(gtrid, Ack.Found.ROLLED_BACK, AT.plusSeconds(1));
        store.heuristic(first);
        store.heuristic(second);
        store.heuristic(evidence(gtrid, Ack.Found.ROLLED_BACK, AT.plusSeconds(2)));

        List<HeuristicRecord> found = store.heuristics(1_000).stream()
                .filter(record -> record.branch().gtrid().equals(gtrid))
                .toList();

        assertThat(found).containsExactly(second, first);
        assertThat(store.heuristics(1)).hasSize(1);
    }

    private static HeuristicRecord evidence(Gtrid gtrid, Ack.Found found, Instant at) {
        return new HeuristicRecord(
                voted(gtrid, 3, "stöck", "").xid(), "stöck", Verdict.COMMIT, found, "said: it's gone; \\x00 ?", at);
    }

    @Test
    void orders_are_written_down_the_latest_first() {
        Gtrid gtrid = gtrid();
        store.audit(gtrid, "kim", "roll back", "ticket 42", AT);
        store.audit(gtrid, "lee", "commit", "it's decided", AT.plusSeconds(1));

        assertThat(store.orders(1_000).stream().filter(order -> order.gtrid().equals(gtrid)))
                .containsExactly(
                        new DecisionStore.Order(gtrid, "lee", "commit", "it's decided", AT.plusSeconds(1)),
                        new DecisionStore.Order(gtrid, "kim", "roll back", "ticket 42", AT));
    }

    @Test
    void what_was_written_is_there_after_opening_again() {
        DecisionRecord decision = decision(gtrid());
        Gtrid orphan = gtrid();
        Gtrid remembered = gtrid();
        store.commit(decision);
        store.abort(orphan);
        store.commit(decision(remembered));
        store.remember(List.of(remembered));
        store.heuristic(evidence(orphan, Ack.Found.MIXED, AT));
        store.audit(orphan, "kim", "roll back", "ticket 42", AT);
        store.close();

        store = open();

        assertThat(store.unfinished(cluster, 10)).containsExactly(decision);
        assertThat(store.lookup(orphan)).contains(Verdict.ABORT);
        assertThat(store.lookup(remembered)).contains(Verdict.COMMIT);
        assertThat(store.decision(remembered)).isEmpty();
        assertThat(store.heuristics(1_000)).contains(evidence(orphan, Ack.Found.MIXED, AT));
        assertThat(store.orders(1_000)).contains(new DecisionStore.Order(orphan, "kim", "roll back", "ticket 42", AT));
    }

    @Test
    void only_tombstones_and_remembered_ends_of_the_dead_are_purged() {
        Life dead = store.register(cluster, 66, LONG);
        Gtrid tombstone = gtrid(dead);
        Gtrid remembered = gtrid(dead);
        Gtrid decided = gtrid(dead);
        Gtrid ofTheLiving = gtrid();
        store.abort(tombstone);
        store.abort(ofTheLiving);
        store.commit(decision(remembered));
        store.commit(decision(decided));
        store.remember(List.of(remembered));
        store.close();
        store = open();
        // a journal knows that who had it before is dead
        store.renew(life, LONG);
        store.renew(dead, LONG);
        Duration aWhileAgo = Duration.ofNanos(-1_000_000);

        purgeAll(aWhileAgo);
        assertThat(List.of(tombstone, remembered, decided, ofTheLiving))
                .as("its life lives, so nothing goes")
                .allMatch(gtrid -> store.lookup(gtrid).isPresent());
        store.leave(dead);
        purgeAll(Duration.ofHours(1));
        assertThat(store.lookup(tombstone)).as("too young").isPresent();
        purgeAll(aWhileAgo);

        assertThat(store.lookup(tombstone)).isEmpty();
        assertThat(store.lookup(remembered)).isEmpty();
        assertThat(store.lookup(decided)).contains(Verdict.COMMIT);
        assertThat(store.lookup(ofTheLiving)).contains(Verdict.ABORT);
    }

    private void purgeAll(Duration age) {
        while (store.purge(age, 2) == 2) {
            // the next two
        }
    }

    @Test
    void of_a_decision_and_a_tombstone_exactly_one_wins_and_both_hear_the_same() {
        List<Gtrid> contested = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            contested.add(gtrid());
        }
        List<CompletableFuture<List<Verdict>>> heard = new ArrayList<>();
        CyclicBarrier together = new CyclicBarrier(6);
        for (int thread = 0; thread < 6; thread++) {
            int seed = thread;
            heard.add(Background.supply(() -> {
                meet(together);
                return contest(contested, seed % 2 == 0, new SplittableRandom(seed));
            }));
        }
        List<List<Verdict>> answers =
                heard.stream().map(CompletableFuture::join).toList();
        for (int i = 0; i < contested.size(); i++) {
            Verdict durable = store.lookup(contested.get(i)).orElseThrow();
            int which = i;
            assertThat(answers.stream().map(list -> list.get(which)))
                    .as("everybody hears of %s what is durable", contested.get(i))
                    .containsOnly(durable);
        }
        assertThat(store.unfinished(cluster, 1_000)).hasSize((int) answers.get(0).stream()
                .filter(verdict -> verdict == Verdict.COMMIT)
                .count());
    }

    private List<Verdict> contest(Collection<Gtrid> contested, boolean commits, SplittableRandom random) {
        List<Verdict> heard = new ArrayList<>();
        for (Gtrid gtrid : contested) {
            for (int spin = random.nextInt(200); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            heard.add(commits ? store.commit(decision(gtrid)) : store.abort(gtrid));
        }
        return heard;
    }

    @Test
    void an_interrupt_neither_loses_a_decision_nor_the_interrupt() {
        List<CompletableFuture<Integer>> deciding = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            boolean interrupted = i % 2 == 0;
            deciding.add(Background.supply(() -> decideInterrupted(50, interrupted)));
        }
        deciding.forEach(done -> assertThat(done.join()).isEqualTo(50));
        assertThat(store.unfinished(cluster, 1_000)).hasSize(200);
    }

    private int decideInterrupted(int count, boolean interrupted) {
        int stillInterrupted = 0;
        for (int i = 0; i < count; i++) {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            assertThat(store.commit(decision(gtrid()))).isEqualTo(Verdict.COMMIT);
            stillInterrupted += Thread.interrupted() == interrupted ? 1 : 0;
        }
        return stillInterrupted;
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
