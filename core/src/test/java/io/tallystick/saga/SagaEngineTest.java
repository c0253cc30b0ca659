package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.OperationKey;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A saga engine on each real database, with participants in this process. */
@Databases
class SagaEngineTest {

    record Order(String account, int amount, String note) {}

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final RetryPolicy QUICK = new RetryPolicy(Duration.ofMillis(5), Duration.ofMillis(20), 3);

    private HikariDataSource pool;
    private Jdbc jdbc;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> happened = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void anAccountWithAHundred(TestDatabase db) {
        pool = new HikariDataSource();
        pool.setJdbcUrl(db.url());
        pool.setUsername(db.user());
        pool.setPassword(db.password());
        pool.setMaximumPoolSize(12);
        jdbc = Jdbc.on(pool);
        Schema.of(jdbc).install();
        jdbc.run(tx -> {
            tx.update("DELETE FROM tally_saga_event");
            tx.update("DELETE FROM tally_saga");
            tx.update("DROP TABLE IF EXISTS account");
            tx.update("CREATE TABLE account (id varchar(20) PRIMARY KEY, balance int NOT NULL)");
            tx.update("INSERT INTO account VALUES ('a', 100)");
        });
    }

    @AfterEach
    void close() throws Exception {
        Collections.reverse(open);
        for (AutoCloseable each : open) {
            each.close();
        }
        pool.close();
    }

    private SagaEngine engine(SagaDefinition<?>... definitions) {
        return engine(Duration.ofSeconds(20), definitions);
    }

    private SagaEngine engine(Duration lease, SagaDefinition<?>... definitions) {
        SagaEngineBuilder builder = SagaEngine.on(pool)
                .settings(EngineSettings.named("test").lease(lease).heartbeat(Duration.ofMillis(50)));
        for (SagaDefinition<?> definition : definitions) {
            builder.register(definition);
        }
        SagaEngine engine = builder.start();
        open.add(engine);
        return engine;
    }

    private static void debit(Tx tx, Order order) {
        int changed = tx.update(
                "UPDATE account SET balance = balance - ? WHERE id = ? AND balance >= ?",
                order.amount(),
                order.account(),
                order.amount());
        if (changed == 0) {
            throw new StepRefused("INSUFFICIENT_BALANCE", "less than " + order.amount() + " on " + order.account());
        }
    }

    private static void credit(Tx tx, Order order) {
        tx.update("UPDATE account SET balance = balance + ? WHERE id = ?", order.amount(), order.account());
    }

    private int balance() {
        return jdbc.autocommit(
                tx -> tx.queryOne("SELECT balance FROM account WHERE id = 'a'", row -> row.intValue("balance"))
                        .orElseThrow());
    }

    private CallStep.Work<Order> note(String what) {
        return (context, order) -> happened.add(what + " " + context.key());
    }

    @Test
    void a_saga_runs_its_steps_in_order_and_completes() {
        SagaDefinition<Order> saga = Saga.define("transfer", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .step("remit")
                .call(note("remit"))
                .pivot()
                .step("push")
                .call(note("push"))
                .forwardOnly()
                .build();
        SagaEngine engine = engine(saga);

        SagaId id = engine.start(saga, "t-1", new Order("a", 30, ""));

        assertThat(engine.await(id, PATIENCE).status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(balance()).isEqualTo(70);
        assertThat(happened).containsExactly("remit " + id + ":remit:action:1", "push " + id + ":push:action:1");
    }

    @Test
    void a_refusal_takes_back_what_was_done_in_reverse_order() {
        SagaDefinition<Order> saga = Saga.define("transfer", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .step("record")
                .call(note("record"))
                .compensate(note("cancel"))
                .step("remit")
                .call((context, order) -> {
                    throw new StepRefused("MAINTENANCE", "the other bank is closed");
                })
                .pivot()
                .build();
        SagaEngine engine = engine(saga);

        SagaOutcome outcome = engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE);

        assertThat(outcome.status()).isEqualTo(SagaStatus.COMPENSATED);
        assertThat(outcome.cause()).contains("remit", "MAINTENANCE", "the other bank is closed");
        assertThat(balance()).isEqualTo(100);
        assertThat(happened)
                .containsExactly(
                        "record " + outcome.saga() + ":record:action:1",
                        "cancel " + outcome.saga() + ":record:compensation:1");
    }

    @Test
    void a_local_refusal_leaves_no_trace_of_the_step_that_refused() {
        SagaDefinition<Order> saga = Saga.define("two-local", Order.class)
                .step("first")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .step("second")
                .local((tx, order) -> {
                    credit(tx, order);
                    debit(tx, new Order("a", 1_000, ""));
                })
                .build();
        SagaEngine engine = engine(saga);

        SagaOutcome outcome = engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE);

        assertThat(outcome.status()).isEqualTo(SagaStatus.COMPENSATED);
        assertThat(balance()).isEqualTo(100);
    }

    @Test
    void starting_twice_with_one_business_key_starts_once() {
        SagaDefinition<Order> saga = Saga.define("transfer", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .build();
        SagaEngine engine = engine(saga);

        SagaId first = engine.start(saga, "same", new Order("a", 30, ""));
        SagaId second = engine.start(saga, "same", new Order("a", 30, ""));

        assertThat(second).isEqualTo(first);
        assertThat(engine.await(first, PATIENCE).completed()).isTrue();
        assertThat(balance()).isEqualTo(70);
    }

    @Test
    void running_twice_with_one_business_key_runs_once_and_answers_twice() {
        SagaDefinition<Order> saga = Saga.define("transfer", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .build();
        SagaEngine engine = engine(saga);
        SagaOutcome first = engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE);
        SagaOutcome second = engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE);
        assertThat(second).isEqualTo(first);
        assertThat(second.completed()).isTrue();
        assertThat(balance()).isEqualTo(70);
    }

    @Test
    void running_a_saga_that_cannot_be_stored_says_why() {
        SagaDefinition<Order> saga = Saga.define("transfer", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .build();
        SagaEngine engine = engine(saga);
        assertThatThrownBy(() -> engine.run(saga, "t-\u0000", new Order("a", 30, ""), PATIENCE))
                .isInstanceOf(RejectedException.class);
        assertThat(engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE).completed())
                .isTrue();
    }

    @Test
    void an_unknown_outcome_is_tried_again_with_the_same_key() {
        AtomicInteger tries = new AtomicInteger();
        SagaDefinition<Order> saga = Saga.define("flaky", Order.class)
                .step("remit")
                .call((context, order) -> {
                    happened.add(context.key() + " attempt " + context.attempt());
                    if (tries.incrementAndGet() < 3) {
                        throw new java.io.IOException("reply lost");
                    }
                })
                .retry(QUICK)
                .pivot()
                .build();
        SagaEngine engine = engine(saga);

        SagaOutcome outcome = engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE);

        assertThat(outcome.completed()).isTrue();
        String key =
                new OperationKey(outcome.saga().toString(), "remit", io.tallystick.message.Phase.ACTION, 1).toString();
        assertThat(happened).containsExactly(key + " attempt 1", key + " attempt 2", key + " attempt 3");
    }

    @Test
    void a_pivot_that_stays_unknown_parks_the_saga_and_a_person_settles_it() {
        SagaDefinition<Order> saga = Saga.define("stuck", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .step("remit")
                .call((context, order) -> {
                    throw new java.io.IOException("no answer");
                })
                .retry(QUICK)
                .pivot()
                .onParked(news -> happened.add("parked " + news.businessKey()))
                .build();
        SagaEngine engine = engine(saga);
        SagaId id = engine.start(saga, "t-1", new Order("a", 30, ""));

        SagaOutcome parked = engine.await(id, PATIENCE);
        assertThat(parked.status()).isEqualTo(SagaStatus.PARKED);
        assertThat(parked.cause()).contains("remit", "no answer");
        assertThat(balance()).as("the lock is kept").isEqualTo(70);

        engine.intervene(id, new Intervention(Verb.MARK_DONE, "kim", "the other bank confirmed by phone", null, null));

        assertThat(engine.await(id, PATIENCE).completed()).isTrue();
        org.awaitility.Awaitility.await().until(() -> happened.contains("parked t-1"));
    }

    @Test
    void branches_run_side_by_side_and_are_all_taken_back() {
        SagaDefinition<Order> saga = Saga.define("branches", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .parallel(both -> both.branch(
                                flow -> flow.step("left").call(note("left")).compensate(note("undo-left")))
                        .branch(flow ->
                                flow.step("right").local(SagaEngineTest::debit).compensate(SagaEngineTest::credit)))
                .step("last")
                .call((context, order) -> {
                    throw new StepRefused("NO", "not today");
                })
                .build();
        SagaEngine engine = engine(saga);

        SagaOutcome outcome = engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE);

        assertThat(outcome.compensated()).isTrue();
        assertThat(balance()).isEqualTo(100);
        assertThat(happened).hasSize(2);
    }

    @Test
    void a_sub_saga_keeps_its_undo_until_its_parent_ends() {
        SagaDefinition<Order> child = Saga.define("child", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .build();
        SagaDefinition<Order> parent = Saga.define("parent", Order.class)
                .step("sub")
                .saga(child, order -> order)
                .step("check")
                .call((context, order) -> {
                    happened.add("balance " + balance());
                    if (order.note().equals("refuse")) {
                        throw new StepRefused("NO", "not today");
                    }
                })
                .build();
        SagaEngine engine = engine(parent);

        assertThat(engine.run(parent, "bad", new Order("a", 30, "refuse"), PATIENCE)
                        .compensated())
                .isTrue();
        assertThat(happened).containsExactly("balance 70");
        assertThat(balance()).as("taken back with its parent").isEqualTo(100);

        assertThat(engine.run(parent, "good", new Order("a", 30, ""), PATIENCE).completed())
                .isTrue();
        assertThat(balance()).isEqualTo(70);
        org.awaitility.Awaitility.await().until(() -> engine.live() == 0);
    }

    @Test
    void a_saga_started_in_the_callers_transaction_exists_only_if_that_commits() throws Exception {
        SagaDefinition<Order> saga = Saga.define("transfer", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .build();
        SagaEngine engine = engine(saga);

        SagaId gone;
        SagaId kept;
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            gone = engine.start(connection, saga, "rolled-back", new Order("a", 10, ""));
            connection.rollback();
            kept = engine.start(connection, saga, "committed", new Order("a", 30, ""));
            connection.commit();
        }

        assertThat(engine.await(kept, PATIENCE).completed()).isTrue();
        assertThatThrownBy(() -> engine.await(gone, Duration.ofMillis(200))).isInstanceOf(RejectedException.class);
        assertThat(balance()).isEqualTo(70);
    }

    @Test
    void another_engine_takes_over_and_repeats_with_the_same_key() throws Exception {
        CompletableFuture<Void> blocked = new CompletableFuture<>();
        AtomicInteger calls = new AtomicInteger();
        SagaDefinition<Order> saga = Saga.define("transfer", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .step("remit")
                .call((context, order) -> {
                    happened.add(context.key() + " epoch " + context.before().epoch());
                    if (calls.incrementAndGet() == 1) {
                        blocked.get();
                    }
                })
                .timeout(Duration.ofSeconds(30))
                .pivot()
                .build();
        SagaEngine first = engine(saga);
        SagaId id = first.start(saga, "t-1", new Order("a", 30, ""));
        org.awaitility.Awaitility.await().until(() -> calls.get() == 1);
        first.close();

        SagaEngine second = engine(saga);

        assertThat(second.await(id, PATIENCE).completed()).isTrue();
        assertThat(balance()).as("the local step ran once").isEqualTo(70);
        assertThat(happened.stream().map(text -> text.split(" ")[0]).distinct()).hasSize(1);
        assertThat(happened).hasSize(2);
    }

    @Test
    void a_saga_turns_back_when_its_deadline_passes() {
        SagaDefinition<Order> saga = Saga.define("slow", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .step("wait")
                .delay(Duration.ofHours(1))
                .deadline(Duration.ofMillis(300))
                .build();
        SagaEngine engine = engine(saga);

        SagaOutcome outcome = engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE);

        assertThat(outcome.compensated()).isTrue();
        assertThat(outcome.cause()).contains("deadline");
        assertThat(balance()).isEqualTo(100);
    }

    @Test
    void a_payload_that_changes_on_the_way_is_seen_by_later_steps_and_kept() {
        SagaDefinition<Order> saga = Saga.define("changing", Order.class)
                .step("reserve")
                .callUpdating((context, order) -> new Order(order.account(), order.amount(), "r-7"))
                .step("use")
                .call((context, order) -> happened.add(order.note()))
                .build();
        SagaEngine engine = engine(saga);

        SagaOutcome outcome = engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE);

        assertThat(happened).containsExactly("r-7");
        assertThat(outcome.payload()).contains("\"note\":\"r-7\"");
    }

    @Test
    void branches_that_change_different_fields_do_not_undo_each_others_changes() {
        SagaDefinition<Order> saga = Saga.define("merging", Order.class)
                .parallel(both -> both.branch(flow ->
                                flow.step("a").callUpdating((context, in) -> new Order("b", in.amount(), in.note())))
                        .branch(flow -> flow.step("b")
                                .callUpdating((context, in) -> new Order(in.account(), in.amount(), "n"))))
                .build();
        SagaEngine engine = engine(saga);

        SagaOutcome outcome = engine.run(saga, "t-1", new Order("a", 30, ""), PATIENCE);

        assertThat(outcome.payload()).isEqualTo("{\"account\":\"b\",\"amount\":30,\"note\":\"n\"}");
    }

    @Test
    void an_edited_payload_that_does_not_fit_is_refused_and_changes_nothing() {
        SagaDefinition<Order> saga = Saga.define("stuck", Order.class)
                .step("ship")
                .call((context, order) -> {
                    if (order.note().isEmpty()) {
                        throw new StepRefused("NO_ADDRESS", "where to?");
                    }
                })
                .forwardOnly()
                .build();
        SagaEngine engine = engine(saga);
        SagaId id = engine.start(saga, "t-1", new Order("a", 30, ""));
        assertThat(engine.await(id, PATIENCE).parked()).isTrue();

        assertThatThrownBy(() -> engine.intervene(
                        id, new Intervention(Verb.EDIT, "kim", "address found", null, "{\"amount\":\"many\"}")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("amount");
        engine.intervene(
                id,
                new Intervention(
                        Verb.EDIT,
                        "kim",
                        "address found",
                        null,
                        "{\"account\":\"a\",\"amount\":30,\"note\":\"here\"}"));

        assertThat(engine.await(id, PATIENCE).completed()).isTrue();
    }

    @Test
    void an_engine_that_lost_its_lease_comes_back_as_a_new_one_and_stays() {
        SagaDefinition<Order> saga = Saga.define("transfer", Order.class)
                .step("book")
                .local(SagaEngineTest::debit)
                .compensate(SagaEngineTest::credit)
                .step("wait")
                .delay(Duration.ofMillis(1_500))
                .build();
        SagaEngine engine = engine(Duration.ofSeconds(1), saga);
        int before = engine.number();
        SagaId id = engine.start(saga, "t-1", new Order("a", 30, ""));
        org.awaitility.Awaitility.await().until(() -> balance() == 70);

        jdbc.run(tx -> tx.update("UPDATE tally_engine SET epoch = epoch + 1"));

        org.awaitility.Awaitility.await().until(() -> engine.number() != before);
        assertThat(engine.await(id, PATIENCE).completed())
                .as("the sagas of its former number are taken over, longer than one lease later")
                .isTrue();
        assertThat(engine.run(saga, "t-2", new Order("a", 30, ""), PATIENCE).completed())
                .isTrue();
        assertThat(balance()).isEqualTo(40);
    }
}
