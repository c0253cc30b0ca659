package io.tallystick.saga;

import static io.tallystick.saga.EngineScene.PATIENCE;
import static io.tallystick.saga.EngineScene.QUICK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Traps of docs/traps.md that take a whole engine on a real database to show. */
@Databases
class SagaTrapsTest {

    record Order(String note) {}

    private EngineScene scene;
    private final List<String> happened = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open(TestDatabase db) {
        scene = new EngineScene(db);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private CallStep.Work<Order> note(String what) {
        return (context, order) -> happened.add(what);
    }

    private long count(String sql, SagaId saga) {
        return scene.jdbc.autocommit(
                tx -> tx.queryOne(sql, row -> row.longValue("n"), saga.value()).orElseThrow());
    }

    /** Trap 5: the compensation is only known once its action has left. */
    @Test
    void when_a_step_leaves_everything_before_it_is_stored() {
        String sagas = "SELECT count(*) AS n FROM tally_saga WHERE id = ?";
        String events = "SELECT count(*) AS n FROM tally_saga_event WHERE saga_id = ?";
        SagaDefinition<Order> saga = Saga.define("two-calls", Order.class)
                .step("reserve")
                .call((context, order) -> happened.add("sagas " + count(sagas, context.saga())))
                .compensate(note("release"))
                .step("remit")
                .call((context, order) -> happened.add("events " + count(events, context.saga())))
                .pivot()
                .build();

        SagaOutcome outcome = scene.engine(saga).run(saga, "t-1", new Order(""), PATIENCE);

        assertThat(outcome.completed()).isTrue();
        assertThat(happened).containsExactly("sagas 1", "events 1");
    }

    /** Trap 13: one saga that cannot go on holds up the others, or is itself left hanging. */
    @Test
    void a_saga_that_cannot_go_on_holds_up_no_other() {
        CountDownLatch never = new CountDownLatch(1);
        SagaDefinition<Order> saga = Saga.define("mixed", Order.class)
                .step("book")
                .local((tx, order) -> failOn(order, "fails in the database"))
                .retry(QUICK)
                .onGiveUp(Remedy.PARK)
                .onRefusal(Remedy.PARK)
                .step("work")
                .call((context, order) -> {
                    failOn(order, "fails outside");
                    if (order.note().equals("hangs")) {
                        never.await();
                    }
                })
                .retry(QUICK)
                .pivot()
                .build();
        SagaEngine engine = scene.engine(saga);
        engine.start(saga, "hangs", new Order("hangs"));
        SagaId inDatabase = engine.start(saga, "fails-in-database", new Order("fails in the database"));
        SagaId outside = engine.start(saga, "fails-outside", new Order("fails outside"));

        for (int i = 0; i < 10; i++) {
            assertThat(engine.run(saga, "good-" + i, new Order(""), PATIENCE).completed())
                    .isTrue();
        }
        assertThat(engine.await(inDatabase, PATIENCE).status()).isEqualTo(SagaStatus.PARKED);
        assertThat(engine.await(outside, PATIENCE).status()).isEqualTo(SagaStatus.PARKED);
        never.countDown();
    }

    private static void failOn(Order order, String note) {
        if (order.note().equals(note)) {
            throw new AssertionError("a defect that no handler expects");
        }
    }

    /** Trap 16: what an engine does not know is skipped, and the saga counts as ended. */
    @Test
    void a_saga_whose_definition_is_not_known_waits_for_an_engine_that_knows_it() {
        CompletableFuture<Void> blocked = new CompletableFuture<>();
        AtomicInteger calls = new AtomicInteger();
        SagaDefinition<Order> saga = Saga.define("known-to-some", Order.class)
                .step("remit")
                .call((context, order) -> {
                    if (calls.incrementAndGet() == 1) {
                        blocked.get();
                    }
                })
                .pivot()
                .build();
        SagaEngine knowing = scene.engine(saga);
        SagaId id = knowing.start(saga, "t-1", new Order(""));
        Awaitility.await().until(() -> calls.get() == 1);
        knowing.close();

        SagaEngine ignorant = scene.engine();
        String owner = "SELECT owner AS n FROM tally_saga WHERE id = ?";
        Awaitility.await().until(() -> count(owner, id) == ignorant.number());
        assertThat(ignorant.await(id, Duration.ofMillis(300)).status()).isEqualTo(SagaStatus.RUNNING);
        ignorant.close();

        assertThat(scene.engine(saga).await(id, PATIENCE).completed()).isTrue();
    }

    /** Trap 24: two engines make two sagas for one business key. */
    @Test
    void two_engines_that_start_one_key_at_the_same_time_start_one_saga() {
        SagaDefinition<Order> saga = Saga.define("once", Order.class)
                .step("work")
                .call((context, order) -> happened.add(context.saga().toString()))
                .pivot()
                .build();
        SagaEngine one = scene.engine(saga);
        SagaEngine other = scene.engine(saga);

        for (int i = 0; i < 10; i++) {
            String key = "key-" + i;
            CompletableFuture<SagaId> here = Background.supply(() -> one.start(saga, key, new Order("")));
            CompletableFuture<SagaId> there = Background.supply(() -> other.start(saga, key, new Order("")));
            assertThat(here.join()).isEqualTo(there.join());
            assertThat(one.await(here.join(), PATIENCE).completed()).isTrue();
        }
        assertThat(happened).hasSize(10).doesNotHaveDuplicates();
    }

    /** Traps 31 and 32: a payload or a reason that outgrows its column ends sagas that were long in the making. */
    @Test
    void a_payload_of_a_million_characters_and_a_long_reason_are_kept_whole() {
        String large = "한".repeat(1_000_000);
        String reason = "no".repeat(5_000);
        SagaDefinition<Order> saga = Saga.define("large", Order.class)
                .step("grow")
                .callUpdating((context, order) -> new Order(order.note() + "!"))
                .compensate(note("shrink"))
                .step("remit")
                .call((context, order) -> {
                    throw new StepRefused("NO", reason);
                })
                .build();
        SagaEngine engine = scene.engine(saga);

        SagaOutcome outcome = engine.run(saga, "t-1", new Order(large), PATIENCE);

        assertThat(outcome.compensated()).isTrue();
        SagaOutcome read = SagaStore.of(scene.jdbc)
                .load(outcome.saga())
                .map(stored -> engine.await(outcome.saga(), PATIENCE))
                .orElseThrow();
        assertThat(read.payload()).contains(large + "!");
        assertThat(read.cause()).contains(reason);
    }

    /** Trap 31: what is too large is refused when it is made, by name, and not found out by the database. */
    @Test
    void a_payload_beyond_the_limit_is_refused_before_anything_starts() {
        SagaDefinition<Order> saga = Saga.define("too-large", Order.class)
                .step("work")
                .call(note("work"))
                .pivot()
                .build();
        SagaEngine engine = scene.engine(saga);

        assertThatThrownBy(() -> engine.start(saga, "t-1", new Order("x".repeat(PayloadCodec.LIMIT_CHARS))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("Store it beside the saga");
        assertThat(happened).isEmpty();
    }

    /** Trap 42: a listener that fails takes the saga with it. */
    @Test
    void a_listener_that_fails_is_called_again_and_changes_nothing_about_the_saga() {
        AtomicInteger told = new AtomicInteger();
        SagaDefinition<Order> saga = Saga.define("loud", Order.class)
                .step("reserve")
                .call(note("reserve"))
                .compensate(note("release"))
                .step("remit")
                .call((context, order) -> {
                    throw new StepRefused("NO", "not today");
                })
                .onCancelled(news -> {
                    if (told.incrementAndGet() == 1) {
                        throw new IOException("the push service is away");
                    }
                })
                .build();

        SagaOutcome outcome = scene.engine(saga).run(saga, "t-1", new Order(""), PATIENCE);

        assertThat(outcome.compensated()).isTrue();
        assertThat(happened).containsExactly("reserve", "release");
        assertThat(told).hasValue(2);
    }

    record Trip(@Nullable String flight, @Nullable String hotel, BigDecimal price) {}

    /** Trap 44, within one saga: two branches begin with the same payload, and the last to answer wins. */
    @Test
    void branches_that_change_different_fields_both_count() {
        CountDownLatch bothStarted = new CountDownLatch(2);
        SagaDefinition<Trip> saga = Saga.define("trip", Trip.class)
                .parallel(both -> both.branch(flow -> flow.step("flight").callUpdating((context, trip) -> {
                            bothStarted.countDown();
                            bothStarted.await();
                            return new Trip("KE-1", trip.hotel(), trip.price());
                        }))
                        .branch(flow -> flow.step("hotel").callUpdating((context, trip) -> {
                            bothStarted.countDown();
                            bothStarted.await();
                            return new Trip(trip.flight(), "Plaza", trip.price());
                        })))
                .step("pay")
                .call((context, trip) -> happened.add(trip.toString()))
                .pivot()
                .build();
        BigDecimal price = new BigDecimal("12345678901234567890.10");

        SagaOutcome outcome = scene.engine(saga).run(saga, "t-1", new Trip(null, null, price), PATIENCE);

        assertThat(outcome.completed()).isTrue();
        assertThat(happened).containsExactly("Trip[flight=KE-1, hotel=Plaza, price=12345678901234567890.10]");
    }
}
