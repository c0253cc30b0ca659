package io.tallystick.saga;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Engines on a test database without sagas; closes what it opened. */
final class EngineScene implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Outlasts the pauses of a busy machine: an engine beside it would take over what is being done. */
    private static final Duration LEASE = Duration.ofSeconds(20);

    static final RetryPolicy QUICK = new RetryPolicy(Duration.ofMillis(5), Duration.ofMillis(20), 3);

    final HikariDataSource pool = new HikariDataSource();
    final Jdbc jdbc;
    private final List<SagaEngine> engines = new ArrayList<>();

    EngineScene(TestDatabase db) {
        pool.setDataSource(db.dataSource());
        pool.setMaximumPoolSize(12);
        jdbc = Jdbc.on(pool);
        Schema.of(jdbc).install("saga");
        jdbc.run(tx -> {
            tx.update("DELETE FROM tally_saga_event");
            tx.update("DELETE FROM tally_saga");
        });
    }

    SagaEngine engine(SagaDefinition<?>... definitions) {
        return engine(builder -> builder, definitions);
    }

    SagaEngine engine(UnaryOperator<SagaEngineBuilder> more, SagaDefinition<?>... definitions) {
        SagaEngineBuilder builder = SagaEngine.on(pool)
                .settings(EngineSettings.named("scene").lease(LEASE).heartbeat(Duration.ofMillis(50)));
        for (SagaDefinition<?> definition : definitions) {
            builder.register(definition);
        }
        SagaEngine engine = more.apply(builder).start();
        engines.add(engine);
        return engine;
    }

    /** Before what they send to is closed. Closing twice does no harm. */
    void closeEngines() {
        engines.forEach(SagaEngine::close);
    }

    @Override
    public void close() {
        closeEngines();
        pool.close();
    }
}
