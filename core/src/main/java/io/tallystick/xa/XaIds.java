package io.tallystick.xa;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Names transactions and branches; no name is used twice. Thread-safe. */
final class XaIds {

    /** 2^64 divided by the golden ratio, odd: adding it visits every number once. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final Homes homes;
    private final InstantSource clock;
    private final AtomicLong salt;
    private final AtomicLong counter = new AtomicLong();

    XaIds(Homes homes, InstantSource clock, RandomGenerator random) {
        this.homes = homes;
        this.clock = clock;
        this.salt = new AtomicLong(random.nextLong());
    }

    Gtrid gtrid(DecisionStore home) {
        DecisionStore.Life life = homes.life(home);
        return new Gtrid(
                life.cluster(),
                Gtrid.hash(home.name()),
                life.node(),
                life.epoch(),
                counter.incrementAndGet(),
                clock.instant());
    }

    BranchXid branch(Gtrid gtrid, int number, String resource) {
        return new BranchXid(gtrid, number, Gtrid.hash(resource), mixed(salt.addAndGet(GOLDEN)));
    }

    /**
     * SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014): a different number from each salt. The gtrid makes a name unique, nobody has to
     * be unable to guess it; a secure generator is one lock for all threads.
     */
    private static long mixed(long salt) {
        long z = (salt ^ (salt >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
