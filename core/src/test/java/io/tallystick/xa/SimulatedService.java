package io.tallystick.xa;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One service of a simulation: its databases with their decision stores, and the processes that run it. */
final class SimulatedService {

    final XaWorld world;
    final String name;
    final List<InMemoryDatabase> databases = new ArrayList<>();
    final Map<InMemoryDecisionStore, InMemoryDatabase> stores = new LinkedHashMap<>();
    final List<SimulatedXaEngine> replicas = new ArrayList<>();

    SimulatedService(XaWorld world, String name) {
        this.world = world;
        this.name = name;
    }

    /** Before the replicas. Another service may have one of the same name: it is another one. */
    SimulatedService database(String of, BranchDriver.Traits traits) {
        InMemoryDecisionStore store = traits.hostsDecisions() ? new InMemoryDecisionStore(of, world.sim.clock()) : null;
        @Nullable
        DecisionStore riding =
                store == null ? null : new FaultyDecisionStore(store, Wire.PERFECT, world.book, Runnable::run);
        Hands hands = new Hands();
        InMemoryDatabase database = new InMemoryDatabase(of, traits, riding, world.sim.clock(), hands);
        hands.database = database;
        databases.add(database);
        if (store != null) {
            stores.put(store, database);
        }
        return this;
    }

    /** @param label the name of its node; two engines may have the same by mistake */
    SimulatedService replica(String of, @Nullable String label) {
        replicas.add(new SimulatedXaEngine(this, of, label));
        return this;
    }

    /** Now and then somebody ends a prepared branch by hand, a moment after it was prepared. */
    private final class Hands implements InMemoryDatabase.Observer {
        private @Nullable InMemoryDatabase database;

        @Override
        public void prepared(BranchXid xid) {
            world.book.prepared(xid);
            InMemoryDatabase here = database;
            if (here != null) {
                world.mayInterfere(here, xid);
            }
        }

        @Override
        public void ended(BranchXid xid, boolean committed, boolean byHand) {
            world.book.ended(xid, committed, byHand);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
