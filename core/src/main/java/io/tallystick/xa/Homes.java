package io.tallystick.xa;

import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.DecisionStore.Life;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decision stores of an engine, by name and by the hash that stands in a gtrid, and the engine's life in each. A store in which the
 * engine could not be registered yet can be asked, but decides nothing of this engine's.
 */
final class Homes {

    private static final Logger LOG = LoggerFactory.getLogger(Homes.class);

    private static final long BITS_48 = (1L << 48) - 1;

    private final Map<String, DecisionStore> stores = new LinkedHashMap<>();
    private final Map<Integer, DecisionStore> byHash = new LinkedHashMap<>();
    private final Map<String, Life> lives = new ConcurrentHashMap<>();
    /** Why a store does not hear that this process lives, in the database's words. */
    private final Map<String, String> reasons = new ConcurrentHashMap<>();

    private final int cluster;
    private final long node;
    private final Duration lease;
    private final RandomGenerator random;
    /** Stores that have heard the good-bye; whoever says something of this life to a store holds that store's lock. */
    private final Set<String> left = ConcurrentHashMap.newKeySet();

    private final Map<String, ReentrantLock> words = new LinkedHashMap<>();

    /** @param node 48 bits */
    Homes(List<DecisionStore> stores, int cluster, long node, Duration lease, RandomGenerator random) {
        this.random = random;
        this.cluster = cluster;
        this.node = node;
        this.lease = lease;
        for (DecisionStore store : stores) {
            this.stores.put(store.name(), store);
            words.put(store.name(), new ReentrantLock());
            DecisionStore twin = byHash.put(Gtrid.hash(store.name()), store);
            if (twin != null) {
                throw new IllegalArgumentException("decision stores '" + twin.name() + "' and '" + store.name()
                        + "' have the same hash, by which a gtrid names its store: rename one of them");
            }
        }
    }

    /**
     * The first configured one in which this engine lives.
     *
     * @throws UnavailableException when there is none
     */
    DecisionStore standard() {
        return stores.values().stream()
                .filter(s -> lives.containsKey(s.name()))
                .findFirst()
                .orElseThrow(() -> new UnavailableException("no decision store can be used, of " + stores.keySet()
                        + ": a transaction over several resources cannot be decided now; try again when that is mended. "
                        + String.join("; ", reasons.values())));
    }

    /** The store of this name, if decisions of this engine can be written there now. */
    @Nullable
    DecisionStore usable(String name) {
        return lives.containsKey(name) ? stores.get(name) : null;
    }

    Life life(DecisionStore home) {
        Life life = lives.get(home.name());
        if (life == null) {
            throw new UnavailableException("decision store '" + home.name() + "' has not been reached yet; try again");
        }
        return life;
    }

    Optional<DecisionStore> of(Gtrid gtrid) {
        return Optional.ofNullable(byHash.get(gtrid.home()));
    }

    Collection<DecisionStore> all() {
        return stores.values();
    }

    boolean ours(Gtrid gtrid) {
        return gtrid.cluster() == cluster;
    }

    /** Whether one of this engine's own lives, the present one, coordinates it. */
    boolean mine(Gtrid gtrid) {
        return lives.values().stream().anyMatch(life -> life.owns(gtrid));
    }

    int cluster() {
        return cluster;
    }

    /**
     * Registers where it is not yet registered, renews elsewhere.
     */
    void beat() {
        stores.values().forEach(this::beat);
    }

    /** As {@link #beat()}, in one store. A sign of life behind the good-bye would keep its peers waiting for the whole lease. */
    void beat(DecisionStore store) {
        ReentrantLock word = word(store.name());
        word.lock();
        try {
            if (!left.contains(store.name())) {
                beatNow(store);
                reasons.remove(store.name());
            }
        } catch (TallystickException e) {
            reasons.put(store.name(), String.valueOf(e.getMessage()));
            LOG.warn("decision store '{}' does not hear that this process lives: {}", store.name(), e.getMessage());
        } finally {
            word.unlock();
        }
    }

    private void beatNow(DecisionStore store) {
        Life life = lives.get(store.name());
        if (life == null) {
            lives.put(store.name(), store.register(cluster, node, lease));
        } else if (!store.renew(life, lease)) {
            // safe all along, because the key arbitrates; but its peers count it as dead. A node of its own, or both
            // would take the name from each other at every beat
            long another = random.nextLong() & BITS_48;
            LOG.warn(
                    "another process has taken node {} in decision store '{}'; going on as node {}. Give each"
                            + " process a name of its own",
                    life.node(),
                    store.name(),
                    another);
            lives.put(store.name(), store.register(cluster, another, lease));
        }
    }

    private ReentrantLock word(String store) {
        return Objects.requireNonNull(words.get(store));
    }

    /** Says good-bye in every store; nothing is said there after it. */
    void leave() {
        stores.forEach(this::leave);
    }

    private void leave(String name, DecisionStore store) {
        ReentrantLock word = word(name);
        word.lock();
        try {
            left.add(name);
            Life life = lives.get(name);
            if (life != null) {
                store.leave(life);
            }
        } catch (TallystickException e) {
            LOG.info("decision store '{}' did not hear the good-bye: {}", name, e.getMessage());
        } finally {
            word.unlock();
        }
    }
}
