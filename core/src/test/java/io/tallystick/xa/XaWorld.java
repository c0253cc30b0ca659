package io.tallystick.xa;

import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Databases, decision stores and processes of one simulation, and what goes wrong with them. */
final class XaWorld {

    private static final BranchDriver.Traits AS_POSTGRES = new BranchDriver.Traits(false, true, false);
    private static final BranchDriver.Traits AS_MARIADB = new BranchDriver.Traits(true, true, true);
    private static final BranchDriver.Traits NO_DECISIONS = new BranchDriver.Traits(false, false, false);

    final Simulation sim;
    final Fibers fibers;
    final XaBook book = new XaBook();
    final List<InMemoryDatabase> databases = new ArrayList<>();
    final Map<InMemoryDecisionStore, InMemoryDatabase> stores = new LinkedHashMap<>();
    final List<SimulatedXaEngine> engines = new ArrayList<>();

    XaWorld(Simulation sim) {
        this.sim = sim;
        this.fibers = new Fibers(sim);
        database("orders", AS_POSTGRES);
        database("stock", AS_MARIADB);
        database("points", AS_MARIADB);
        database("mail", NO_DECISIONS);
        engines.add(new SimulatedXaEngine(this, "a", null));
        engines.add(new SimulatedXaEngine(this, "b", "twin"));
        engines.add(new SimulatedXaEngine(this, "c", "twin"));
    }

    private void database(String name, BranchDriver.Traits traits) {
        InMemoryDecisionStore store = traits.hostsDecisions() ? new InMemoryDecisionStore(name, sim.clock()) : null;
        @Nullable
        DecisionStore riding = store == null ? null : new FaultyDecisionStore(store, Wire.PERFECT, book, Runnable::run);
        InMemoryDatabase database = new InMemoryDatabase(name, traits, riding, sim.clock(), observer(name));
        databases.add(database);
        if (store != null) {
            stores.put(store, database);
        }
    }

    /** Now and then somebody ends a prepared branch by hand, a moment after it was prepared. */
    private InMemoryDatabase.Observer observer(String database) {
        return new InMemoryDatabase.Observer() {
            @Override
            public void prepared(BranchXid xid) {
                book.prepared(xid);
                if (!XaSimulationTest.healed(sim) && sim.chance(0.03)) {
                    sim.within(
                            Duration.ZERO,
                            Duration.ofMillis(60),
                            "by hand: " + xid.number(),
                            () -> databases.stream()
                                    .filter(d -> d.name.equals(database))
                                    .forEach(d -> d.intervene(xid, sim.chance(0.5))));
                }
            }

            @Override
            public void ended(BranchXid xid, boolean committed, boolean byHand) {
                book.ended(xid, committed, byHand);
            }
        };
    }

    Wire wire(InMemoryDatabase database) {
        return new SimulatedWire(sim, fibers, () -> database.up, 0.03);
    }

    <T> T any(List<T> of) {
        return of.get(sim.random().nextInt(of.size()));
    }

    /** Something goes wrong about once a second. */
    void trouble() {
        sim.within(Duration.ofMillis(50), Duration.ofSeconds(2), "trouble", () -> {
            if (XaSimulationTest.healed(sim)) {
                databases.forEach(d -> d.up = true);
                return;
            }
            strike(sim.random().nextInt(8));
            trouble();
        });
    }

    private void strike(int what) {
        switch (what) {
            case 0, 1 -> any(engines).kill();
            case 2, 3 -> any(engines).freeze();
            case 4 -> any(engines).jump();
            case 5, 6 -> crash(any(databases));
            default -> databases.forEach(database -> database.killSession(sim.random()));
        }
    }

    private void crash(InMemoryDatabase database) {
        if (database.up) {
            database.crash();
            sim.within(
                    Duration.ofMillis(10),
                    Duration.ofSeconds(12),
                    database.name + " is back",
                    () -> database.up = true);
        }
    }
}
