package io.tallystick.xa;

import io.tallystick.testkit.sim.Simulation;
import io.tallystick.testkit.time.VirtualClock;
import io.tallystick.xa.http.KeyRing;
import io.tallystick.xa.http.Peers;
import io.tallystick.xa.http.XaHttp;
import io.tallystick.xa.http.XaHttpClient;
import io.tallystick.xa.http.XaHttpServer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One process with an engine: it is killed and started again, and it freezes for longer than its lease and goes on as if nothing had been. */
final class SimulatedXaEngine {

    private static final KeyRing KEYS = KeyRing.of("k", new byte[16]);
    static final XaSettings SETTINGS = XaSettings.standard().withTimeout(Duration.ofSeconds(8));

    private final SimulatedService service;
    private final XaWorld world;
    private final Simulation sim;
    final String name;
    private final @Nullable String label;
    private final VirtualClock clock;
    private @Nullable Life life;
    private int lives;

    /** @param label the name of its node; two engines may have the same by mistake */
    SimulatedXaEngine(SimulatedService service, String name, @Nullable String label) {
        this.service = service;
        this.world = service.world;
        this.sim = world.sim;
        this.name = name;
        this.label = label;
        this.clock = sim.newClock();
        live();
    }

    /** One life of the process. */
    final class Life implements Fibers.Process {
        final List<InMemoryBranchDriver> drivers = new ArrayList<>();
        final XaEngine engine;
        /** Calls other services within the thread's transaction. */
        final XaHttpClient client;

        private final XaHttpServer server;
        boolean dead;
        private Duration wakes = Duration.ZERO;

        Life(String id) {
            XaEngineBuilder builder = XaEngine.named(service.name)
                    .settings(SETTINGS)
                    .runtime(new XaRuntime(
                            clock,
                            new SplittableRandom(sim.random().nextLong()),
                            world.fibers.workers(id + " works", this),
                            (what, atMost) -> world.fibers.waitFor(what::isDone, atMost)));
            if (label != null) {
                builder.node(label);
            }
            for (InMemoryDatabase database : service.databases) {
                Wire wire = world.wire(database);
                InMemoryBranchDriver driver =
                        new InMemoryBranchDriver(database, wire, () -> !world.healed() && sim.chance(0.04));
                drivers.add(driver);
                builder.resource(driver);
            }
            service.stores.forEach((store, database) -> builder.decisions(new FaultyDecisionStore(
                    store.asAnotherProcess(),
                    world.wire(database),
                    world.book,
                    task -> sim.within(Duration.ofMillis(1), Duration.ofMillis(1500), id + " writes ends", () -> {
                        if (!dead && database.up) {
                            task.run();
                        }
                    }))));
            XaHttp http = XaHttp.of(peers(), KEYS, new SimulatedHttpClient(service));
            engine = http.joining(builder).build();
            client = http.client(engine);
            server = new XaHttpServer(http.endpoints(engine), http.incoming(engine));
            world.fibers.start(id + " recovers", this, this::run);
        }

        /** Answers a request of another service, in a fiber of this process. */
        void serve(SimulatedExchange exchange) throws IOException {
            if (exchange.getRequestURI().getPath().startsWith(SimulatedExchange.ENDPOINTS)) {
                server.endpoints().handle(exchange);
            } else {
                server.takingPart(it -> world.work(it.getRequestURI().getPath()).answer(this, it))
                        .handle(exchange);
            }
        }

        private void run() {
            while (true) {
                engine.tick();
                world.fibers.pause(sim.between(Duration.ofMillis(40), Duration.ofMillis(200)));
            }
        }

        @Override
        public boolean isDead() {
            return dead;
        }

        @Override
        public Duration asleepFor() {
            Duration left = wakes.minus(sim.elapsed());
            return left.isNegative() ? Duration.ZERO : left;
        }

        int connections() {
            return drivers.stream().mapToInt(InMemoryBranchDriver::open).sum();
        }
    }

    private Peers peers() {
        Map<String, URI> others = new LinkedHashMap<>();
        world.services.stream()
                .filter(other -> other != service)
                .forEach(other ->
                        others.put(other.name, URI.create("http://" + other.name + SimulatedExchange.ENDPOINTS)));
        return new Peers(service.name, others);
    }

    private void live() {
        life = new Life(name + "/" + ++lives);
    }

    @Nullable
    Life life() {
        return life;
    }

    void kill() {
        Life dying = life;
        if (dying == null) {
            return;
        }
        dying.dead = true;
        dying.drivers.forEach(InMemoryBranchDriver::die);
        life = null;
        sim.within(Duration.ofMillis(50), Duration.ofSeconds(9), name + " starts", this::live);
    }

    void freeze() {
        if (life != null) {
            life.wakes = sim.elapsed().plus(sim.between(Duration.ofMillis(500), Duration.ofSeconds(9)));
        }
    }

    void jump() {
        if (sim.chance(0.5)) {
            clock.advance(sim.between(Duration.ofSeconds(1), Duration.ofMinutes(2)));
        } else {
            clock.jumpBackwards(sim.between(Duration.ofSeconds(1), Duration.ofMinutes(2)));
        }
    }
}
