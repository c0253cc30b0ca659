package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.postgres.PostgresDataSources;
import io.tallystick.saga.EngineSettings;
import io.tallystick.saga.RetryPolicy;
import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.saga.SagaEngine;
import io.tallystick.saga.SagaId;
import io.tallystick.saga.StepRefused;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person's acts go from the command line through the database to a real engine and back. */
@Databases(Engine.POSTGRESQL)
class SagaActTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final AtomicBoolean shopOpen = new AtomicBoolean();
    private final List<AutoCloseable> open = new ArrayList<>();
    private HikariDataSource pool;

    record Order(String id) {}

    @BeforeEach
    void tables(TestDatabase database) {
        pool = PostgresDataSources.open(ConnectionSettings.of(database.url(), database.user(), database.password()));
        open.add(pool);
        Schema.of(Jdbc.on(pool)).install();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void a_parked_step_is_retried_and_the_saga_ends(TestDatabase database) {
        SagaEngine engine = engine("one", order("order-retry"));
        SagaId saga = parked(engine, "order-retry");
        shopOpen.set(true);
        Run run = act(database, saga, "retry", "--step", "ship");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("done; " + saga + " is now");
        assertThat(engine.await(saga, PATIENCE).completed()).isTrue();
        assertThat(Run.on(database, "saga", "show", saga.toString()).out())
                .contains("eve ordered 'ship' to be tried again: the van is back");
    }

    @Test
    void a_step_that_did_happen_is_marked_done_with_its_evidence(TestDatabase database) {
        SagaEngine engine = engine("one", order("order-done"));
        SagaId saga = parked(engine, "order-done");
        assertThat(act(database, saga, "done").exit()).isZero();
        assertThat(engine.await(saga, PATIENCE).completed()).isTrue();
    }

    @Test
    void a_parked_saga_is_noted_reassigned_and_compensated(TestDatabase database) {
        SagaEngine engine = engine("one", order("order-back"));
        SagaId saga = parked(engine, "order-back");
        assertThat(act(database, saga, "note").exit()).isZero();
        assertThat(act(database, saga, "reassign", "--to", "kim").exit()).isZero();
        assertThat(act(database, saga, "compensate").exit()).isZero();
        assertThat(engine.await(saga, PATIENCE).compensated()).isTrue();
        assertThat(Run.on(database, "saga", "show", saga.toString()).out())
                .contains("eve noted: the van is back", "eve made kim responsible", "'pay' is taken back");
    }

    @Test
    void a_payload_is_replaced_and_must_be_json(TestDatabase database) {
        SagaEngine engine = engine("one", order("order-edit"));
        SagaId saga = parked(engine, "order-edit");
        Run broken = act(database, saga, "edit", "--payload", "{");
        assertThat(broken.exit()).isEqualTo(Exit.USAGE);
        assertThat(broken.err()).contains("The payload is not JSON");
        shopOpen.set(true);
        Run run = act(database, saga, "edit", "--payload", "{\"id\":\"edited\"}", "--step", "ship");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(engine.await(saga, PATIENCE).payload()).contains("edited");
    }

    @Test
    void what_does_not_fit_is_refused_with_the_reason_and_a_way_on(TestDatabase database) {
        SagaEngine engine = engine("one", order("order-end"));
        shopOpen.set(true);
        SagaId saga = engine.start(order("order-end"), "end", new Order("end"));
        assertThat(engine.await(saga, PATIENCE).completed()).isTrue();
        Run run = act(database, saga, "cancel");
        assertThat(run.exit()).isEqualTo(Exit.REFUSED);
        assertThat(run.err()).contains("refused: it has ended COMPLETED").contains("tally saga show " + saga);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void without_an_engine_the_request_is_queued_and_says_who_has_to_be_started(TestDatabase database)
            throws Exception {
        SagaEngine first = engine("gone-engine", order("order-queue"));
        SagaId saga = parked(first, "order-queue");
        first.close();
        Run run = Run.on(
                database, "saga", "skip", saga.toString(), "--who", "eve", "--why", "not needed", "--wait", "100ms");
        assertThat(run.exit()).isEqualTo(Exit.UNKNOWN);
        assertThat(run.err()).contains("is queued").contains("gone-engine").contains("start one");
        assertThat(Run.on(database, "saga", "engines").exit()).isEqualTo(Exit.FINDINGS);
        engine("next-engine", order("order-queue"));
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Run.on(database, "saga", "show", saga.toString())
                                .out())
                        .contains("● completed", "eve decided to go on without the parked step: not needed"));
    }

    @Test
    void an_act_without_who_or_why_is_wrong_usage(TestDatabase database) {
        SagaScene scene = new SagaScene(database);
        String saga = scene.parked("who").toString();
        assertThat(Run.on(database, "saga", "retry", saga, "--who", "eve").err())
                .contains("--why");
        Run nobody = Run.on(database, "saga", "retry", saga, "--why", "because");
        assertThat(nobody.exit()).isEqualTo(Exit.USAGE);
        assertThat(nobody.err()).contains("--who NAME, or set TALLY_WHO");
    }

    @Test
    void unfinished_sagas_are_moved_to_another_definition(TestDatabase database) {
        SagaEngine engine = engine("one", order("order-move"), longerOrder("order-move"));
        SagaId saga = parked(engine, "order-move");
        String hash = longerOrder("order-move").hash();
        Run plan = Run.on(database, "saga", "migrate", "--to", hash, "--dry-run");
        assertThat(plan.exit()).as(plan.err()).isZero();
        assertThat(plan.out()).contains("1 can move", saga.toString());
        Run move = Run.on(database, "saga", "migrate", "--to", "latest", "--type", "order-move");
        assertThat(move.out()).as(move.err()).contains("moved");
        assertThat(move.exit()).isZero();
        assertThat(Run.on(database, "saga", "show", saga.toString()).out()).contains("tell", hash);
        shopOpen.set(true);
        assertThat(act(database, saga, "retry").exit()).isZero();
        assertThat(engine.await(saga, PATIENCE).completed()).isTrue();
    }

    @Test
    void ended_sagas_are_purged_and_others_never(TestDatabase database) {
        SagaEngine engine = engine("one", order("order-purge"));
        SagaId parked = parked(engine, "order-purge");
        shopOpen.set(true);
        SagaId ended = engine.start(order("order-purge"), "ended", new Order("ended"));
        assertThat(engine.await(ended, PATIENCE).completed()).isTrue();
        assertThat(Run.on(database, "saga", "purge", "--ended-before", "1h").out())
                .startsWith("0 sagas");
        Run purge = Run.on(database, "saga", "purge", "--ended-before", "0s");
        assertThat(purge.exit()).as(purge.err()).isZero();
        assertThat(Run.on(database, "saga", "show", ended.toString()).exit()).isEqualTo(Exit.REFUSED);
        assertThat(Run.on(database, "saga", "show", parked.toString()).exit()).isZero();
    }

    private Run act(TestDatabase database, SagaId saga, String verb, String... more) {
        List<String> args =
                new ArrayList<>(List.of("saga", verb, saga.toString(), "--who", "eve", "--why", "the van is back"));
        args.addAll(List.of(more));
        return Run.on(database, args.toArray(String[]::new));
    }

    private SagaId parked(SagaEngine engine, String type) {
        SagaId saga = engine.start(order(type), type, new Order(type));
        assertThat(engine.await(saga, PATIENCE).parked()).isTrue();
        return saga;
    }

    private SagaEngine engine(String name, SagaDefinition<?>... definitions) {
        var builder = SagaEngine.on(pool).settings(EngineSettings.named(name).heartbeat(Duration.ofMillis(50)));
        for (SagaDefinition<?> definition : definitions) {
            builder.register(definition);
        }
        SagaEngine engine = builder.start();
        open.add(engine);
        return engine;
    }

    private SagaDefinition<Order> order(String type) {
        return Saga.define(type, Order.class)
                .step("pay")
                .call((context, order) -> {})
                .compensate((context, order) -> {})
                .step("ship")
                .call((context, order) -> ship())
                .forwardOnly()
                .retry(RetryPolicy.never())
                .build();
    }

    private SagaDefinition<Order> longerOrder(String type) {
        return Saga.define(type, Order.class)
                .step("pay")
                .call((context, order) -> {})
                .compensate((context, order) -> {})
                .step("ship")
                .call((context, order) -> ship())
                .forwardOnly()
                .retry(RetryPolicy.never())
                .step("tell")
                .call((context, order) -> {})
                .forwardOnly()
                .build();
    }

    private void ship() throws StepRefused {
        if (!shopOpen.get()) {
            throw new StepRefused("NO_VAN", "there is no van");
        }
    }
}
