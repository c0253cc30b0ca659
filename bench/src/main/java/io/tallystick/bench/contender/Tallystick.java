package io.tallystick.bench.contender;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.Tx;
import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.saga.SagaEngine;
import io.tallystick.saga.SagaEngineBuilder;
import io.tallystick.saga.SagaOutcome;
import io.tallystick.saga.StepRefused;
import java.time.Duration;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** Tallystick with its defaults on a pool of twenty connections, as its peers have. */
public final class Tallystick implements Contender {
    private static final int POOL = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final SagaEngine engine;
    private final SagaDefinition<Job> definition;

    private Tallystick(SagaEngine engine, SagaDefinition<Job> definition) {
        this.engine = engine;
        this.definition = definition;
    }

    public static Tallystick open(Arena arena) {
        return open(arena, builder -> builder);
    }

    /** Opens it with more than its defaults. */
    public static Tallystick open(Arena arena, UnaryOperator<SagaEngineBuilder> more) {
        DataSource pool = arena.pool(POOL);
        Schema.of(Jdbc.on(pool)).install();
        SagaDefinition<Job> definition =
                arena.steps().workload().isLocal() ? local(arena.steps()) : calls(arena.steps());
        return new Tallystick(
                more.apply(SagaEngine.on(pool).register(definition)).start(), definition);
    }

    /** The saga's data. */
    public record Job(long number) {}

    private static SagaDefinition<Job> calls(Steps steps) {
        return Saga.define("bench", Job.class)
                .step("one")
                .call((context, job) -> act(steps, 1, job))
                .compensate((context, job) -> steps.undo(1, job.number()))
                .step("two")
                .call((context, job) -> act(steps, 2, job))
                .compensate((context, job) -> steps.undo(2, job.number()))
                .step("three")
                .call((context, job) -> act(steps, 3, job))
                .compensate((context, job) -> steps.undo(3, job.number()))
                .build();
    }

    private static SagaDefinition<Job> local(Steps steps) {
        return Saga.define("bench-local", Job.class)
                .step("one")
                .local((tx, job) -> act(steps, 1, job, tx))
                .compensate((tx, job) -> steps.undo(1, job.number()))
                .step("two")
                .local((tx, job) -> act(steps, 2, job, tx))
                .compensate((tx, job) -> steps.undo(2, job.number()))
                .step("three")
                .local((tx, job) -> act(steps, 3, job, tx))
                .compensate((tx, job) -> steps.undo(3, job.number()))
                .build();
    }

    private static void act(Steps steps, int step, Job job) throws StepRefused {
        if (!steps.act(step, job.number())) {
            throw new StepRefused("REFUSED", "every tenth is");
        }
    }

    private static void act(Steps steps, int step, Job job, Tx tx) throws Exception {
        if (!steps.act(step, job.number(), tx.connection())) {
            throw new StepRefused("REFUSED", "every tenth is");
        }
    }

    @Override
    public boolean run(long saga) {
        SagaOutcome outcome = engine.run(definition, "saga-" + saga, new Job(saga), PATIENCE);
        if (!outcome.completed() && !outcome.compensated()) {
            throw new IllegalStateException("saga " + saga + " has not ended after " + PATIENCE + ": " + outcome);
        }
        return outcome.completed();
    }

    @Override
    public void close() {
        engine.close();
    }
}
