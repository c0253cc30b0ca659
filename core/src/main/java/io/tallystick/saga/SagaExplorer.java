package io.tallystick.saga;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Walks a saga through every failure: each step done, refused, lost before or after it happened, delivered twice or late,
 * answers in any order, the engine taken over, cancelled and timed out at every point, and a person's acts; every single
 * fault and every pair unless said otherwise. The machine is the real one; participants are stubs behind a barrier. No
 * database is needed and nothing of the saga's own code runs.
 *
 * <pre>{@code
 * SagaExplorer.explore(transfer)
 *         .with(Model.of("payer", 1000).on("book-balance", b -> b - 100).undo(b -> b + 100))
 *         .with(Model.of("payee").on("remit", b -> b + 100).undo(b -> b - 100))
 *         .verify("money is conserved", world -> world.balance("payer") + world.balance("payee") == 1000);
 * }</pre>
 *
 * <p>Retries are squeezed to two attempts, and an outage that goes on counts as one fault, so that giving up and parking
 * are within reach. Immutable and thread-safe.
 */
public final class SagaExplorer {

    /** Enough for a saga of six steps with two faults; beyond it the exploration says that it is not complete. */
    private static final int MOST_SITUATIONS = 400_000;

    private final SagaGraph graph;
    private final List<Model> models;
    private final Settings settings;

    /** What to explore with. */
    private record Settings(int faults, int acts, boolean barrier, int limit) {}

    private SagaExplorer(SagaGraph graph, List<Model> models, Settings settings) {
        this.graph = graph;
        this.models = models;
        this.settings = settings;
    }

    public static SagaExplorer explore(SagaDefinition<?> definition) {
        return explore(definition.graph());
    }

    public static SagaExplorer explore(SagaGraph graph) {
        return new SagaExplorer(graph, List.of(), new Settings(2, 1, true, MOST_SITUATIONS));
    }

    /** Adds participants. @throws io.tallystick.jdbc.RejectedException if one names a step that the saga does not have */
    public SagaExplorer with(Model... participants) {
        List<Model> more = new ArrayList<>(models);
        for (Model participant : participants) {
            participant.steps().forEach(graph::step);
            more.add(participant);
        }
        return new SagaExplorer(graph, List.copyOf(more), settings);
    }

    /** How many faults may come together, 2 unless said otherwise. */
    public SagaExplorer faults(int atMost) {
        return new SagaExplorer(graph, models, new Settings(atMost, settings.acts, settings.barrier, settings.limit));
    }

    /** How often a person acts on one saga, once unless said otherwise. */
    public SagaExplorer acts(int atMost) {
        return new SagaExplorer(graph, models, new Settings(settings.faults, atMost, settings.barrier, settings.limit));
    }

    /** After how many situations to stop; then the exploration is not complete and says so. */
    public SagaExplorer situations(int atMost) {
        return new SagaExplorer(graph, models, new Settings(settings.faults, settings.acts, settings.barrier, atMost));
    }

    /** Shows what happens when participants neither dedupe nor refuse what comes too late. */
    public SagaExplorer withoutBarrier() {
        return new SagaExplorer(graph, models, new Settings(settings.faults, settings.acts, false, settings.limit));
    }

    /** Walks every path and reports; throws nothing because of what it finds. */
    public Exploration run() {
        return run(Map.of());
    }

    /** As {@link #run()}, with invariants that must hold wherever the saga ends. */
    public Exploration run(Map<String, Predicate<World>> invariants) {
        StubParticipant participants = new StubParticipant(models, settings.barrier);
        Situation start = Situation.begin(squeezed(), World.of(models), settings.faults, settings.acts);
        return new Walk(new Surprises(participants), new Verdicts(invariants), settings.limit).from(start);
    }

    /**
     * Walks every path; the built-in invariants and this one must hold.
     *
     * @throws Counterexample with the shortest path to the first violation
     */
    public Exploration verify(String invariant, Predicate<World> holds) {
        Map<String, Predicate<World>> invariants = new LinkedHashMap<>();
        invariants.put(invariant, holds);
        return run(invariants).verify();
    }

    /** Walks every path; nothing may be doubled, lost, or left behind. @throws Counterexample with the shortest path to a violation */
    public Exploration verify() {
        return run().verify();
    }

    private SagaGraph squeezed() {
        List<StepSpec> steps = new ArrayList<>();
        for (StepSpec step : graph.steps()) {
            StepSpec.Conduct conduct = step.conduct();
            RetryPolicy retry =
                    conduct.retry().attempts(Math.min(2, conduct.retry().attempts()));
            steps.add(new StepSpec(
                    step.name(),
                    step.kind(),
                    new StepSpec.Conduct(
                            conduct.recovery(),
                            conduct.compensated(),
                            retry,
                            conduct.timeout(),
                            conduct.onRefusal(),
                            conduct.onGiveUp()),
                    step.traits(),
                    step.after()));
        }
        return new SagaGraph(graph.type(), steps, graph.deadline(), graph.notices());
    }

    /** An invariant does not hold; the message tells the shortest way there. */
    public static final class Counterexample extends AssertionError {
        Counterexample(String message) {
            super(message);
        }
    }
}
