package io.tallystick.saga;

import io.tallystick.jdbc.TallystickException;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Reply;
import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One engine of the simulation: the real loop, machine and local runner, with attempts that travel through virtual time.
 * It may be killed, or sleep longer than its lease and wake as a zombie.
 */
final class SimulatedEngine {

    static final Duration LEASE = Duration.ofSeconds(3);

    /** Sub-sagas are forgotten as early as can be: none whose parent may still ask may be among them. */
    private static final Retention CHILDREN_SOON = Retention.forever().type("child", Duration.ofSeconds(1));

    private final Simulation sim;
    private final SimulatedStore store;
    private final SimulatedWorld world;
    private final Definitions definitions;
    private final InstantSource clock;
    private final String name;
    private final SagaRetention retention;
    private @Nullable SagaLoop loop;
    private SagaIds ids;
    private int life;
    private boolean asleep;

    SimulatedEngine(Simulation sim, String name, SimulatedStore store, SimulatedWorld world, Definitions definitions) {
        this.sim = sim;
        this.name = name;
        this.store = store;
        this.world = world;
        this.definitions = definitions;
        this.clock = sim.clock();
        this.retention = new SagaRetention(store, CHILDREN_SOON, new Farewells(null), SagaMetrics.NONE, sim.clock());
        this.ids = new SagaIds(clock, 0);
        live();
    }

    // ---- life and death

    private void live() {
        SagaStore.Lease lease = store.join(name, LEASE);
        ids = new SagaIds(clock, lease.engine());
        life++;
        int born = life;
        SagaLoop.Wiring wiring = new SagaLoop.Wiring(definitions, new Waiters(), SagaMetrics.NONE, ids, 64);
        loop = new SagaLoop(store, lease, new Runner(born), wiring, clock);
        poll(born);
        beat(born);
    }

    void kill() {
        loop = null;
        asleep = false;
        life++;
        sim.within(Duration.ofMillis(100), Duration.ofSeconds(8), name + " restarts", this::live);
    }

    /** Long enough for another engine to take over. */
    void sleep() {
        asleep = true;
        sim.within(Duration.ofSeconds(4), Duration.ofSeconds(9), name + " wakes", () -> asleep = false);
    }

    boolean alive() {
        return loop != null;
    }

    private void poll(int born) {
        sim.within(Duration.ofMillis(1), Duration.ofMillis(40), name + " polls", () -> {
            if (born != life || loop == null) {
                return;
            }
            if (!asleep) {
                try {
                    loop.poll();
                } catch (SagaStore.Fenced e) {
                    kill();
                    return;
                }
            }
            poll(born);
        });
    }

    private void beat(int born) {
        sim.after(Duration.ofMillis(700), name + " beats", () -> {
            if (born != life || loop == null) {
                return;
            }
            if (!asleep) {
                renew(loop);
            }
            beat(born);
        });
    }

    private void renew(SagaLoop current) {
        try {
            SagaStore.Lease lease = store.renew(current.lease(), LEASE);
            current.renewed(lease);
            if (store.takeOver(lease) > 0) {
                store.mine(lease, null, 10_000)
                        .forEach(saga -> current.offer(
                                new LoopInput.Load(saga.start().head().id(), saga)));
            }
            retention.step(lease);
        } catch (SagaStore.Fenced | io.tallystick.jdbc.ConflictException e) {
            current.usurp();
        } catch (TallystickException e) {
            // The next beat tries again.
        }
    }

    // ---- what clients ask for

    @Nullable
    CompletableFuture<SagaId> start(SagaDefinition<?> definition, String key) {
        if (loop == null) {
            return null;
        }
        SagaId id = ids.next();
        SagaHead head = new SagaHead(id, key, id.toString(), clock.instant(), null);
        CompletableFuture<SagaId> started = new CompletableFuture<>();
        Payload payload = Payload.of(new PayloadCodec().encode(new SagaSimulationTest.Job(key)));
        loop.offer(new LoopInput.Start(head, definition.graph(), payload, sim.chance(0.7), started));
        return started;
    }

    void event(SagaId saga, SagaEvent event) {
        if (loop != null) {
            loop.offer(LoopInput.Event.of(saga, event));
        }
    }

    // ---- attempts

    private final class Runner implements StepRunner {

        private final int born;

        Runner(int born) {
            this.born = born;
        }

        @Override
        public void run(Invocation attempt, Consumer<SagaEvent.Answer> answer) {
            sim.within(
                    Duration.ZERO, Duration.ofMillis(300), "attempt " + attempt.token(), () -> reach(attempt, answer));
        }

        /** The request may be lost, the answer may be lost, late or doubled; what the participant did stays done. */
        private void reach(Invocation attempt, Consumer<SagaEvent.Answer> answer) {
            StepToken token = attempt.token();
            if (sim.chance(lossy() / 2)) {
                reply(answer, new SagaEvent.StepUnknown(token, "request lost", sim.chance(0.5)));
                return;
            }
            if (sim.chance(lossy() / 4)) {
                // Delivered much later, when nobody waits for it any more.
                sim.within(Duration.ofSeconds(1), Duration.ofSeconds(20), "late " + token, () -> perform(attempt));
                reply(answer, new SagaEvent.StepUnknown(token, "timed out", true));
                return;
            }
            Reply reply = perform(attempt);
            if (sim.chance(lossy() / 2)) {
                reply(answer, new SagaEvent.StepUnknown(token, "reply lost", true));
                return;
            }
            SagaEvent.Answer said = reply instanceof Reply.Refused refused
                    ? new SagaEvent.StepWasRefused(token, refused.code(), refused.reason())
                    : new SagaEvent.StepDone(token, null);
            reply(answer, said);
            if (sim.chance(lossy() / 4)) {
                reply(answer, said);
            }
        }

        private Reply perform(Invocation attempt) {
            OperationKey key = attempt.key();
            boolean mayRefuse = !attempt.compensates()
                    && attempt.spec().traits().refuses()
                    && attempt.spec().conduct().recovery() != Recovery.FORWARD_ONLY;
            return world.perform(
                    key,
                    new SimulatedWorld.Place(
                            SagaSimulationTest.keyOf(attempt.state()),
                            attempt.token().step()),
                    mayRefuse);
        }

        private void reply(Consumer<SagaEvent.Answer> answer, SagaEvent.Answer said) {
            sim.within(Duration.ZERO, Duration.ofMillis(300), "answer " + said.token(), () -> {
                if (born == life) {
                    answer.accept(said);
                }
            });
        }

        @Override
        public void runLocal(LocalAttempt attempt, Consumer<LocalResult> result) {
            SagaGraph graph = attempt.invocation().state().graph();
            sim.within(
                    Duration.ZERO,
                    Duration.ofMillis(100),
                    "local " + attempt.invocation().token(),
                    () -> {
                        if (born != life) {
                            return;
                        }
                        LocalRunner runner = new LocalRunner(store, new PayloadCodec(), clock);
                        LocalResult came = runner.run(definitions.of(graph), attempt);
                        sim.within(Duration.ZERO, Duration.ofMillis(100), "local answer", () -> {
                            if (born == life) {
                                result.accept(came);
                            }
                        });
                    });
        }

        @Override
        public void runChild(Invocation attempt, Consumer<ChildStart> start, Consumer<SagaEvent.Answer> failed) {
            if (definitions.of(attempt.state().graph()).work(attempt.token().step())
                    instanceof StepWork.Child<?, ?> work) {
                start.accept(new ChildStart(
                        work.definition(), attempt.state().progress().payload()));
            }
        }

        @Override
        public void tell(SagaState state, Notice notice, Consumer<Boolean> delivered) {
            sim.within(Duration.ZERO, Duration.ofMillis(500), "tell " + notice, () -> {
                if (born == life) {
                    delivered.accept(sim.chance(0.8));
                }
            });
        }

        private double lossy() {
            return SagaSimulationTest.healed(sim) ? 0 : 0.3;
        }
    }

    static List<SimulatedEngine> awake(List<SimulatedEngine> all) {
        return all.stream().filter(SimulatedEngine::alive).toList();
    }
}
