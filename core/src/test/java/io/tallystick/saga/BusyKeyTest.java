package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A business key that stands in a caller's transaction which is not committed yet, and is started by somebody else meanwhile. Not MySQL: it
 * has no limit for the lock waits of one statement, and the test would wait as long as the session does.
 */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class BusyKeyTest {

    record Order(String note) {}

    /** The first try of the busy key keeps the others waiting for two seconds, and who has waited in vain comes again after a pause. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final SagaDefinition<Order> saga = Saga.define("order", Order.class)
            .step("pay")
            .call((context, order) -> {})
            .pivot()
            .build();
    private final SagaDefinition<Order> local = Saga.define("order", Order.class)
            .step("book")
            .local((tx, order) -> {})
            .pivot()
            .build();

    private EngineScene scene;

    @BeforeEach
    void open(TestDatabase db) {
        scene = new EngineScene(db);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private SagaEngine engine(SagaDefinition<Order> definition) {
        EngineSettings patient = EngineSettings.named("busy").startTimeout(PATIENCE);
        return scene.engine(builder -> builder.settings(patient), definition);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_start_waits_alone_and_every_other_saga_goes_on(boolean local) throws Exception {
        SagaDefinition<Order> definition = local ? this.local : saga;
        SagaEngine engine = engine(definition);
        // InnoDB keeps deleted keys for a while, and who takes one again locks its neighbours, too
        String key = "k-" + local;
        String other = "other-" + local;
        try (Connection caller = scene.pool.getConnection()) {
            caller.setAutoCommit(false);
            SagaId first = engine.start(caller, definition, key, new Order("the caller's"));
            CompletableFuture<SagaId> second = Background.supply(() -> local
                    ? engine.run(definition, key, new Order("somebody else's"), PATIENCE)
                            .saga()
                    : engine.start(definition, key, new Order("somebody else's")));
            Awaitility.await().until(() -> engine.live() > 0);

            assertThat(engine.run(definition, other, new Order(""), PATIENCE).completed())
                    .isTrue();
            assertThat(second).isNotDone();

            caller.commit();
            assertThat(second.join()).isEqualTo(first);
        }
        assertThat(engine.await(engine.start(definition, key, new Order("")), PATIENCE)
                        .completed())
                .isTrue();
    }
}
