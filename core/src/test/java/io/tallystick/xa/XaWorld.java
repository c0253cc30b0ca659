package io.tallystick.xa;

import com.sun.net.httpserver.HttpExchange;
import io.tallystick.testkit.sim.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Services, their databases and the network of one simulation, and what goes wrong with them. */
final class XaWorld {

    private static final BranchDriver.Traits AS_POSTGRES = new BranchDriver.Traits(false, true, false);
    private static final BranchDriver.Traits AS_MARIADB = new BranchDriver.Traits(true, true, true);
    private static final BranchDriver.Traits NO_DECISIONS = new BranchDriver.Traits(false, false, false);

    final Simulation sim;
    final Fibers fibers;
    final XaBook book = new XaBook();
    final List<SimulatedService> services = new ArrayList<>();

    /** How often somebody ends a branch by hand. */
    private final double byHand;

    /** From service to service, and until when nothing passes. */
    private final Map<String, Duration> cut = new HashMap<>();

    /** Nothing goes wrong from the beginning. */
    boolean peaceful;

    private final Map<String, Work> works = new HashMap<>();

    /** What a service does when it is called. */
    interface Work {
        void answer(SimulatedXaEngine.Life here, HttpExchange exchange) throws IOException;
    }

    private XaWorld(Simulation sim, double byHand) {
        this.sim = sim;
        this.fibers = new Fibers(sim);
        this.byHand = byHand;
    }

    /** A bank: four databases, three processes. */
    static XaWorld ofOneService(Simulation sim) {
        XaWorld world = new XaWorld(sim, 0.03);
        world.service("bank")
                .database("orders", AS_POSTGRES)
                .database("stock", AS_MARIADB)
                .database("points", AS_MARIADB)
                .database("mail", NO_DECISIONS)
                .replica("a", null)
                .replica("b", "twin")
                .replica("c", "twin");
        return world;
    }

    /** Three that call one another, each in two processes; their databases bear the same names. Nobody interferes by hand. */
    static XaWorld ofThreeServices(Simulation sim) {
        XaWorld world = new XaWorld(sim, 0);
        SimulatedService shop =
                world.service("shop").database("main", AS_POSTGRES).database("stock", AS_MARIADB);
        SimulatedService points = world.service("points").database("main", AS_MARIADB);
        SimulatedService mail =
                world.service("mail").database("main", AS_POSTGRES).database("files", NO_DECISIONS);
        shop.replica("shop-1", null).replica("shop-2", null);
        points.replica("points-1", "points-1").replica("points-2", "points-2");
        mail.replica("mail-1", "twin").replica("mail-2", "twin");
        return world;
    }

    private SimulatedService service(String name) {
        SimulatedService service = new SimulatedService(this, name);
        services.add(service);
        return service;
    }

    List<InMemoryDatabase> databases() {
        return services.stream().flatMap(s -> s.databases.stream()).toList();
    }

    List<InMemoryDecisionStore> stores() {
        return services.stream().flatMap(s -> s.stores.keySet().stream()).toList();
    }

    List<SimulatedXaEngine> engines() {
        return services.stream().flatMap(s -> s.replicas.stream()).toList();
    }

    void works(String path, Work work) {
        works.put(path, work);
    }

    Work work(String path) {
        return Objects.requireNonNull(works.get(path));
    }

    void mayInterfere(InMemoryDatabase database, BranchXid xid) {
        if (byHand > 0 && !healed() && sim.chance(byHand)) {
            sim.within(
                    Duration.ZERO,
                    Duration.ofMillis(60),
                    "by hand: " + xid.number(),
                    () -> database.intervene(xid, sim.chance(0.5)));
        }
    }

    boolean healed() {
        return peaceful || sim.elapsed().compareTo(XaTrial.TROUBLE) > 0;
    }

    Wire wire(InMemoryDatabase database) {
        return new SimulatedWire(this, () -> database.up, 0.03);
    }

    boolean passes(String from, String to) {
        Duration until = cut.get(from + " > " + to);
        return healed() || until == null || until.compareTo(sim.elapsed()) < 0;
    }

    <T> T any(List<T> of) {
        return of.get(sim.random().nextInt(of.size()));
    }

    /** Something goes wrong about once a second, or every two between services: a call meets more of them. */
    void trouble() {
        sim.within(Duration.ofMillis(50), Duration.ofSeconds(services.size() > 1 ? 4 : 2), "trouble", () -> {
            if (healed()) {
                databases().forEach(d -> d.up = true);
                return;
            }
            strike(sim.random().nextInt(services.size() > 1 ? 12 : 8));
            trouble();
        });
    }

    private void strike(int what) {
        switch (what) {
            case 0, 1 -> any(engines()).kill();
            case 2, 3 -> any(engines()).freeze();
            case 4 -> any(engines()).jump();
            case 5, 6 -> crash(any(databases()));
            case 7 -> databases().forEach(database -> database.killSession(sim.random()));
            case 8, 9 -> failOver(any(databases()));
            default ->
                cut.put(
                        any(services) + " > " + any(services),
                        sim.elapsed().plus(sim.between(Duration.ofMillis(100), Duration.ofSeconds(10))));
        }
    }

    private void crash(InMemoryDatabase database) {
        if (database.up) {
            database.crash();
            comesBack(database);
        }
    }

    private void failOver(InMemoryDatabase database) {
        if (database.up) {
            database.failOver();
            comesBack(database);
        }
    }

    private void comesBack(InMemoryDatabase database) {
        sim.within(Duration.ofMillis(10), Duration.ofSeconds(12), database.name + " is back", () -> database.up = true);
    }
}
