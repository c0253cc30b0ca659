package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.sim.SeedTest;
import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Three engines on one store for a minute of virtual time, with everything going wrong that can: engines are killed and
 * sleep through their leases, the database goes away and loses the answers to commits, requests and replies are lost, late
 * and doubled, sagas are cancelled. Then all is well again, and every book must balance.
 */
class SagaSimulationTest {

    record Job(String key) {}

    private static final Duration TROUBLE = Duration.ofSeconds(40);
    private static final int SAGAS = 25;

    static boolean healed(Simulation sim) {
        return sim.elapsed().compareTo(TROUBLE) > 0;
    }

    static String keyOf(SagaState state) {
        return state.progress().payload().as(Job.class, new PayloadCodec()).key();
    }

    private static final RetryPolicy PATIENT = new RetryPolicy(Duration.ofMillis(50), Duration.ofSeconds(2), 6);

    private static List<SagaDefinition<Job>> definitions(SimulatedWorld world) {
        return List.of(
                naive(world, "naive"),
                improved(world),
                branches(world),
                Saga.define("parent", Job.class)
                        .step("p-first")
                        .local((tx, job) -> world.local(at(job, "p-first"), 1, true))
                        .compensate((tx, job) -> world.local(at(job, "p-first"), -1, false))
                        .step("p-sub")
                        .saga(naive(world, "child"), job -> job)
                        .step("p-last")
                        .call((context, job) -> {})
                        .compensate((context, job) -> {})
                        .retry(PATIENT)
                        .build());
    }

    private static SagaDefinition<Job> naive(SimulatedWorld world, String type) {
        return Saga.define(type, Job.class)
                .step(type + "-request")
                .call((context, job) -> {})
                .compensate((context, job) -> {})
                .retry(PATIENT)
                .step(type + "-remit")
                .call((context, job) -> {})
                .compensate((context, job) -> {})
                .retry(PATIENT)
                .step(type + "-book")
                .local((tx, job) -> world.local(at(job, type + "-book"), 1, true))
                .compensate((tx, job) -> world.local(at(job, type + "-book"), -1, false))
                .onCancelled(news -> {})
                .build();
    }

    private static SagaDefinition<Job> improved(SimulatedWorld world) {
        return Saga.define("improved", Job.class)
                .step("book")
                .local((tx, job) -> world.local(at(job, "book"), 1, true))
                .compensate((tx, job) -> world.local(at(job, "book"), -1, false))
                .step("record")
                .local((tx, job) -> world.local(at(job, "record"), 1, false))
                .compensate((tx, job) -> world.local(at(job, "record"), -1, false))
                .step("remit")
                .call((context, job) -> {})
                .retry(PATIENT)
                .pivot()
                .step("push")
                .call((context, job) -> {})
                .retry(PATIENT)
                .forwardOnly()
                .deadline(Duration.ofSeconds(15))
                .onParked(news -> {})
                .build();
    }

    private static SagaDefinition<Job> branches(SimulatedWorld world) {
        return Saga.define("branches", Job.class)
                .parallel(all -> all.branch(flow -> flow.step("left")
                                .call((context, job) -> {})
                                .compensate((context, job) -> {})
                                .retry(PATIENT)
                                .step("left-2")
                                .local((tx, job) -> world.local(at(job, "left-2"), 1, true))
                                .compensate((tx, job) -> world.local(at(job, "left-2"), -1, false)))
                        .branch(flow -> flow.step("right")
                                .local((tx, job) -> world.local(at(job, "right"), 1, false))
                                .compensate((tx, job) -> world.local(at(job, "right"), -1, false))
                                .step("nap")
                                .delay(Duration.ofMillis(700))))
                .step("join")
                .call((context, job) -> {})
                .retry(PATIENT)
                .pivot()
                .build();
    }

    private static SimulatedWorld.Place at(Job job, String step) {
        return new SimulatedWorld.Place(job.key(), step);
    }

    @SeedTest(seeds = 200, soakSeeds = 2000)
    void whatever_happens_every_saga_ends_and_every_effect_counts_once(Simulation sim) {
        SimulatedWorld world = new SimulatedWorld(sim.random("world"), 0.15);
        InMemorySagaStore memory = new InMemorySagaStore(sim.clock());
        SimulatedStore store = new SimulatedStore(memory, world, sim.random("store"), 0.05);
        Definitions registered = new Definitions();
        List<SagaDefinition<Job>> definitions = definitions(world);
        definitions.forEach(registered::register);
        registered.all().forEach(definition -> store.define(definition.graph()));
        List<SimulatedEngine> engines = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            engines.add(new SimulatedEngine(sim, name, store, world, registered));
        }
        Map<String, SagaDefinition<Job>> wanted = new LinkedHashMap<>();
        Map<String, SagaId> ids = new HashMap<>();
        for (int i = 0; i < SAGAS; i++) {
            String key = "k" + i;
            SagaDefinition<Job> definition = definitions.get(sim.random().nextInt(definitions.size()));
            wanted.put(key, definition);
            sim.within(
                    Duration.ZERO,
                    Duration.ofSeconds(20),
                    "start " + key,
                    () -> start(sim, engines, definition, key, ids));
        }
        trouble(sim, engines, ids);
        sim.invariant("no local effect is doubled or taken back twice", () -> countsOnce(world.localEffects()));
        sim.invariant("no effect of a participant is doubled or taken back twice", () -> countsOnce(world.effects()));
        sim.after(TROUBLE, "all is well", () -> {
            store.heal();
            world.refuseNothingAnyMore();
        });
        sim.after(TROUBLE.plusSeconds(1), "a person looks", () -> person(sim, engines, memory, registered));

        sim.runUntil(
                "every saga has ended", Duration.ofMinutes(10), () -> ids.size() == SAGAS && allEnded(memory, ids));

        sim.runFor(Duration.ofSeconds(25)); // what is late arrives after all

        wanted.forEach((key, definition) -> balances(world, memory, registered, definition, key));
    }

    /** Checked after every event of every seed, so without the comfort of an assertion library. */
    private static void countsOnce(Map<SimulatedWorld.Place, Integer> effects) {
        for (Map.Entry<SimulatedWorld.Place, Integer> effect : effects.entrySet()) {
            if (effect.getValue() < 0 || effect.getValue() > 1) {
                throw new AssertionError(effect.getKey() + " counts " + effect.getValue() + " times");
            }
        }
    }

    private static void start(
            Simulation sim,
            List<SimulatedEngine> engines,
            SagaDefinition<Job> definition,
            String key,
            Map<String, SagaId> ids) {
        if (ids.containsKey(key)) {
            return;
        }
        List<SimulatedEngine> awake = SimulatedEngine.awake(engines);
        if (!awake.isEmpty()) {
            CompletableFuture<SagaId> started =
                    awake.get(sim.random().nextInt(awake.size())).start(definition, key);
            var unused = started.thenAccept(id -> ids.put(key, id));
        }
        sim.within(
                Duration.ofSeconds(1),
                Duration.ofSeconds(4),
                "start again " + key,
                () -> start(sim, engines, definition, key, ids));
    }

    private static void trouble(Simulation sim, List<SimulatedEngine> engines, Map<String, SagaId> ids) {
        for (int i = 0; i < 8; i++) {
            SimulatedEngine victim = engines.get(sim.random().nextInt(engines.size()));
            sim.within(Duration.ZERO, TROUBLE, "kill", () -> {
                if (victim.alive()) {
                    victim.kill();
                }
            });
        }
        for (int i = 0; i < 3; i++) {
            SimulatedEngine victim = engines.get(sim.random().nextInt(engines.size()));
            sim.within(Duration.ZERO, TROUBLE, "sleep", victim::sleep);
        }
        for (int i = 0; i < 6; i++) {
            String key = "k" + sim.random().nextInt(SAGAS);
            sim.within(Duration.ofSeconds(1), TROUBLE, "cancel " + key, () -> {
                if (ids.containsKey(key)) {
                    engines.forEach(
                            engine -> engine.event(ids.get(key), new SagaEvent.CancelRequested("test", "a whim")));
                }
            });
        }
    }

    /** Somebody who looks now and then and tries every parked saga again. */
    private static void person(
            Simulation sim, List<SimulatedEngine> engines, InMemorySagaStore memory, Definitions definitions) {
        for (SagaLedger.Entry entry : new InMemorySagaLedger(memory).search(SagaLedger.Query.latest(1_000))) {
            if (entry.status() == SagaStatus.PARKED) {
                SagaId id = entry.start().head().id();
                SagaState state = new SagaReplay(definitions)
                        .state(memory.load(id).orElseThrow())
                        .orElseThrow();
                for (StepState step : state.steps()) {
                    if (step.status().parked()) {
                        Intervention retry = new Intervention(
                                Verb.RETRY,
                                "kim",
                                "all is well again",
                                step.token().step(),
                                null);
                        engines.forEach(engine -> engine.event(id, new SagaEvent.Intervened(retry)));
                    }
                }
            }
        }
        sim.after(Duration.ofSeconds(2), "a person looks", () -> person(sim, engines, memory, definitions));
    }

    private static boolean allEnded(InMemorySagaStore memory, Map<String, SagaId> ids) {
        return ids.values().stream()
                .allMatch(id -> memory.load(id).orElseThrow().start().status().ended());
    }

    private static void balances(
            SimulatedWorld world,
            InMemorySagaStore memory,
            Definitions registered,
            SagaDefinition<Job> definition,
            String key) {
        SagaId id = memory.find(definition.type(), key).orElseThrow();
        SagaState state =
                new SagaReplay(registered).state(memory.load(id).orElseThrow()).orElseThrow();
        assertThat(state.status())
                .as("replay of %s %s agrees with its row", definition.type(), key)
                .isEqualTo(memory.load(id).orElseThrow().start().status());
        int expected = state.status() == SagaStatus.COMPLETED ? 1 : 0;
        for (StepSpec step : state.graph().steps()) {
            if (step.kind() == StepKind.SAGA) {
                for (StepSpec inner : registered.latest("child").graph().steps()) {
                    assertThat(world.effect(new SimulatedWorld.Place(key, inner.name())))
                            .as(
                                    "%s %s: effect of sub-saga step %s when %s",
                                    definition.type(), key, inner.name(), state.status())
                            .isEqualTo(expected);
                }
            } else if (step.kind() != StepKind.DELAY && (expected == 1 || step.compensated())) {
                assertThat(world.effect(new SimulatedWorld.Place(key, step.name())))
                        .as("%s %s: effect of step %s when %s", definition.type(), key, step.name(), state.status())
                        .isEqualTo(expected);
            }
        }
    }
}
