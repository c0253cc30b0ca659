package io.tallystick.message;

import static io.tallystick.message.Effect.EXTERNAL;
import static io.tallystick.message.Effect.TRANSACTIONAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Passage.Kind;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The barrier on real databases. The business row of a test is one line in the table booking for each effect. */
@Databases
class BarrierTest {
    private static final AtomicInteger SAGAS = new AtomicInteger();
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final HikariDataSource pool;
    private final Jdbc jdbc;
    private final Barrier barrier = new Barrier();
    private final String saga = "saga-" + SAGAS.incrementAndGet();
    private final OperationKey action = OperationKey.action(saga, "book");
    private final OperationKey compensation = action.compensation();

    BarrierTest(TestDatabase db) {
        pool = MessageDatabase.pool(db);
        jdbc = Jdbc.on(pool);
        db.execute("CREATE TABLE IF NOT EXISTS booking (saga varchar(100) NOT NULL, what varchar(20) NOT NULL)");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private Passage pass(OperationKey key, long epoch, Effect effect, Barrier.Work work) {
        return jdbc.withRetryOnConflict(50, tx -> barrier.pass(tx, key, epoch, effect, work));
    }

    private Passage book(OperationKey key, Effect effect) {
        return book(key, 0, effect, Reply.done("{\"n\":1}"));
    }

    private Passage book(OperationKey key, long epoch, Effect effect, Reply reply) {
        return jdbc.withRetryOnConflict(
                50,
                tx -> barrier.pass(
                        tx, key, epoch, effect, () -> write(tx, key.phase().word(), reply)));
    }

    private Reply write(Tx tx, String what, Reply reply) {
        tx.update("INSERT INTO booking (saga, what) VALUES (?, ?)", saga, what);
        return reply;
    }

    private List<String> booked() {
        return jdbc.inTransaction(
                tx -> tx.query("SELECT what FROM booking WHERE saga = ? ORDER BY what", r -> r.string("what"), saga));
    }

    @Test
    void the_same_operation_again_takes_no_second_effect_and_gets_the_stored_reply() {
        Passage first = book(action, TRANSACTIONAL);
        Passage second = book(action, TRANSACTIONAL);

        assertThat(first).isEqualTo(new Passage(Kind.EXECUTED, Reply.done("{\"n\":1}")));
        assertThat(second).isEqualTo(new Passage(Kind.REPLAYED, Reply.done("{\"n\":1}")));
        assertThat(booked()).containsExactly("action");
    }

    @Test
    void a_new_execution_of_the_same_step_is_another_operation() {
        book(action, TRANSACTIONAL);
        book(new OperationKey(saga, "book", Phase.ACTION, 2), TRANSACTIONAL);

        assertThat(booked()).containsExactly("action", "action");
    }

    @Test
    void a_refused_action_leaves_no_business_row_and_stays_refused() {
        Reply no = Reply.refused("NO_MONEY", "balance is too low");

        Passage first = book(action, 0, TRANSACTIONAL, no);
        Passage second = book(action, 0, TRANSACTIONAL, Reply.done());

        assertThat(first).isEqualTo(new Passage(Kind.EXECUTED, no));
        assertThat(second).isEqualTo(new Passage(Kind.REPLAYED, no));
        assertThat(booked()).isEmpty();
    }

    /** Trap: dedupe marked although the handler failed. */
    @Test
    void when_the_work_throws_the_operation_is_not_marked_as_seen() {
        assertThatThrownBy(() -> pass(action, 0, TRANSACTIONAL, () -> {
                    throw new IllegalStateException("disk full");
                }))
                .hasMessageContaining("disk full");

        assertThat(book(action, TRANSACTIONAL).kind()).isEqualTo(Kind.EXECUTED);
        assertThat(booked()).containsExactly("action");
    }

    @Test
    void a_compensation_undoes_its_action_once() {
        book(action, TRANSACTIONAL);

        assertThat(book(compensation, TRANSACTIONAL).kind()).isEqualTo(Kind.EXECUTED);
        assertThat(book(compensation, TRANSACTIONAL).kind()).isEqualTo(Kind.REPLAYED);
        assertThat(booked()).containsExactly("action", "compensation");
    }

    /** Trap: empty compensation. */
    @Test
    void a_compensation_whose_action_never_came_does_nothing() {
        assertThat(book(compensation, TRANSACTIONAL)).isEqualTo(new Passage(Kind.EMPTY, Reply.done()));
        assertThat(booked()).isEmpty();
    }

    /** Trap: hanging. */
    @Test
    void an_action_that_comes_after_its_compensation_is_refused_for_good() {
        book(compensation, TRANSACTIONAL);

        for (int i = 0; i < 2; i++) {
            Passage late = book(action, TRANSACTIONAL);
            assertThat(late.kind()).isEqualTo(Kind.LATE);
            assertThat(late.reply())
                    .isInstanceOfSatisfying(
                            Reply.Refused.class, no -> assertThat(no.code()).isEqualTo(Barrier.COMPENSATED));
        }
        assertThat(booked()).isEmpty();
    }

    @Test
    void a_compensation_waits_for_its_action_that_is_under_way_and_then_undoes_it() throws Exception {
        CountDownLatch underWay = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Future<Passage> doing = Background.supply(() -> pass(action, 0, TRANSACTIONAL, () -> {
            underWay.countDown();
            go.await();
            return Reply.done();
        }));
        underWay.await();
        Future<Passage> undoing = Background.supply(() -> book(compensation, TRANSACTIONAL));
        go.countDown();

        assertThat(doing.get().kind()).isEqualTo(Kind.EXECUTED);
        assertThat(undoing.get().kind()).isEqualTo(Kind.EXECUTED);
        assertThat(booked()).containsExactly("compensation");
    }

    @Test
    void a_compensation_of_a_refused_action_does_nothing() {
        book(action, 0, TRANSACTIONAL, Reply.refused("NO_MONEY", "balance is too low"));

        assertThat(book(compensation, TRANSACTIONAL).kind()).isEqualTo(Kind.EMPTY);
        assertThat(booked()).isEmpty();
    }

    /** Trap: a rolled-back barrier row says nothing about a call that went outside. */
    @Test
    void the_compensation_of_an_external_action_runs_although_the_actions_row_was_rolled_back() {
        List<String> outside = new ArrayList<>();
        assertThatThrownBy(() -> pass(action, 0, EXTERNAL, () -> {
                    outside.add("paid");
                    throw new IllegalStateException("the answer was lost");
                }))
                .hasMessageContaining("lost");

        Passage undone = pass(compensation, 0, EXTERNAL, () -> {
            outside.add("refunded");
            return Reply.done();
        });

        assertThat(undone.kind()).isEqualTo(Kind.EXECUTED);
        assertThat(outside).containsExactly("paid", "refunded");
        assertThat(book(action, EXTERNAL).kind()).as("the late action").isEqualTo(Kind.LATE);
    }

    /** Trap: zombie orchestrator. */
    @Test
    void an_operation_of_a_replaced_owner_is_not_done_and_nothing_is_stored() {
        book(OperationKey.action(saga, "other"), 7, TRANSACTIONAL, Reply.done());

        assertThat(book(action, 6, TRANSACTIONAL, Reply.done()).kind()).isEqualTo(Kind.STALE);
        assertThat(book(action, 7, TRANSACTIONAL, Reply.done()).kind()).isEqualTo(Kind.EXECUTED);
        assertThat(book(action, 6, TRANSACTIONAL, Reply.done()).kind()).isEqualTo(Kind.STALE);
    }

    @Test
    void an_operation_asked_for_again_by_a_new_owner_fences_the_old_one() {
        book(action, 1, TRANSACTIONAL, Reply.done());

        assertThat(book(action, 2, TRANSACTIONAL, Reply.done()).kind()).isEqualTo(Kind.REPLAYED);
        assertThat(book(compensation, 1, TRANSACTIONAL, Reply.done()).kind()).isEqualTo(Kind.STALE);
        assertThat(booked()).containsExactly("action");
    }

    /** Trap: dedupe rows kept for less time than a message can take. */
    @Test
    void the_rows_of_an_instance_that_has_not_ended_are_kept_however_old_they_are() {
        book(action, TRANSACTIONAL);

        jdbc.run(tx -> barrier.purge(tx, NOON.plusSeconds(1_000_000_000)));

        assertThat(book(action, TRANSACTIONAL).kind()).isEqualTo(Kind.REPLAYED);
    }

    @Test
    void the_rows_of_an_ended_instance_go_after_the_longest_redelivery_and_not_before() {
        book(action, TRANSACTIONAL);
        jdbc.run(tx -> barrier.markEnded(tx, saga, NOON));
        jdbc.run(tx -> barrier.markEnded(tx, saga, NOON.plusSeconds(60)));

        jdbc.run(tx -> barrier.purge(tx, NOON.minusSeconds(1)));
        assertThat(book(action, TRANSACTIONAL).kind()).isEqualTo(Kind.REPLAYED);

        jdbc.run(tx -> barrier.purge(tx, NOON.plusSeconds(1)));
        assertThat(rows()).isZero();
    }

    @Test
    void an_ended_instance_gets_no_new_operations() {
        jdbc.run(tx -> barrier.markEnded(tx, saga, NOON));

        assertThat(book(action, TRANSACTIONAL).kind()).isEqualTo(Kind.ENDED);
        assertThat(booked()).isEmpty();
    }

    private int rows() {
        return jdbc.inTransaction(tx -> tx.query("SELECT step FROM tally_barrier WHERE instance = ?", r -> 1, saga))
                .size();
    }

    /** Trap: of two copies handled at the same time only the insert loses; the side effect ran twice. */
    @Test
    void of_sixteen_copies_at_the_same_time_one_works_and_the_others_repeat_its_reply() throws Exception {
        AtomicInteger effects = new AtomicInteger();
        List<Passage> passages = race(
                16,
                n -> pass(action, 0, TRANSACTIONAL, () -> {
                    effects.incrementAndGet();
                    return Reply.done("\"first\"");
                }));

        assertThat(effects).hasValue(1);
        assertThat(passages).allSatisfy(p -> assertThat(p.reply()).isEqualTo(Reply.done("\"first\"")));
    }

    /** Trap: SELECT FOR UPDATE on an absent row, then INSERT, deadlocks. */
    @Test
    void sixteen_copies_whose_first_holder_rolls_back_never_deadlock_into_the_caller() throws Exception {
        for (int round = 1; round <= 10; round++) {
            OperationKey key = new OperationKey(saga, "race", Phase.ACTION, round);
            AtomicInteger tries = new AtomicInteger();
            AtomicInteger effects = new AtomicInteger();

            List<Boolean> done = race(16, n -> {
                return untilDone(key, tries, effects);
            });

            assertThat(done).as("round %d", round).containsOnly(true);
            assertThat(effects).as("effects in round %d", round).hasValue(1);
        }
    }

    /** No retry on conflict here: the barrier itself must not let a deadlock through when it comes first. */
    private boolean untilDone(OperationKey key, AtomicInteger tries, AtomicInteger effects) {
        while (true) {
            try {
                jdbc.inTransaction(tx -> barrier.pass(tx, key, 0, TRANSACTIONAL, () -> {
                    if (tries.incrementAndGet() <= 3) {
                        throw new IllegalStateException("this holder rolls back");
                    }
                    effects.incrementAndGet();
                    return Reply.done();
                }));
                return true;
            } catch (IllegalStateException expected) {
                // the holder that rolled back comes again, as a redelivered command does
            }
        }
    }

    interface Racer<T> {
        T run(int number);
    }

    private static <T> List<T> race(int threads, Racer<T> racer) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch ready = new CountDownLatch(threads);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                futures.add(executor.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return racer.run(number);
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
