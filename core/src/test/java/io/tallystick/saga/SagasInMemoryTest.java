package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An engine holds all its unfinished sagas in memory; what happens when there are more of them than it was told to hold. */
class SagasInMemoryTest {

    record Order(String id) {}

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final InMemorySagaStore memory = new InMemorySagaStore(InstantSource.system());
    private final CompletableFuture<Void> vanIsBack = new CompletableFuture<>();
    private final SagaDefinition<Order> parcel = Saga.define("parcel", Order.class)
            .step("ship")
            .call((context, order) -> vanIsBack.get())
            .forwardOnly()
            .timeout(PATIENCE)
            .build();
    private final SagaDefinition<Order> order = Saga.define("order", Order.class)
            .step("parcel")
            .saga(parcel, id -> id)
            .build();
    private final List<SagaEngine> engines = new ArrayList<>();

    private SagaEngine engine(int most) {
        SagaEngine engine = SagaEngine.on(memory.dataSource())
                .settings(EngineSettings.named("test")
                        .heartbeat(Duration.ofMillis(10))
                        .inMemory(most))
                .register(parcel)
                .register(order)
                .on(memory);
        engines.add(engine);
        return engine;
    }

    @AfterEach
    void close() {
        vanIsBack.complete(null);
        engines.forEach(SagaEngine::close);
    }

    @Test
    void at_its_limit_an_engine_refuses_to_start_more_and_says_that_nothing_was_started() {
        SagaEngine engine = engine(2);
        engine.start(parcel, "p-1", new Order("1"));
        SagaId second = engine.start(parcel, "p-2", new Order("2"));

        assertThatThrownBy(() -> engine.start(parcel, "p-3", new Order("3")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("2 unfinished sagas, its limit is 2; nothing was started")
                .hasMessageContaining("tally saga list");
        assertThatThrownBy(() -> engine.run(parcel, "p-3", new Order("3"), PATIENCE))
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> Jdbc.on(memory.dataSource(), Dialect.POSTGRESQL)
                        .run(tx -> engine.start(tx, parcel, "p-3", new Order("3"))))
                .isInstanceOf(UnavailableException.class);
        assertThat(memory.find("parcel", "p-3")).isEmpty();

        vanIsBack.complete(null);
        assertThat(engine.await(second, PATIENCE).completed()).isTrue();
        await().atMost(PATIENCE).until(() -> engine.live() == 0);
        assertThat(engine.run(parcel, "p-3", new Order("3"), PATIENCE).completed())
                .isTrue();
    }

    @Test
    void the_sub_sagas_of_what_an_engine_holds_are_begun_beyond_its_limit() {
        SagaEngine engine = engine(1);

        SagaId parent = engine.start(order, "o-1", new Order("1"));

        await().atMost(PATIENCE).until(() -> engine.live() == 2);
        vanIsBack.complete(null);
        assertThat(engine.await(parent, PATIENCE).completed()).isTrue();
    }

    @Test
    void what_an_engine_takes_over_it_holds_beyond_its_limit() {
        SagaEngine former = engine(3);
        List<SagaId> parcels = List.of(
                former.start(parcel, "p-1", new Order("1")),
                former.start(parcel, "p-2", new Order("2")),
                former.start(parcel, "p-3", new Order("3")));
        former.close();
        SagaEngine heir = engine(1);

        await().atMost(PATIENCE).until(() -> heir.live() == 3);
        vanIsBack.complete(null);
        assertThat(parcels)
                .allSatisfy(saga ->
                        assertThat(heir.await(saga, PATIENCE).completed()).isTrue());
    }
}
