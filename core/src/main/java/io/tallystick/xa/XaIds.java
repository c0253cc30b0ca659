package io.tallystick.xa;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Names transactions and branches; no name is used twice. Thread-safe. */
final class XaIds {

    private final Homes homes;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final AtomicLong counter = new AtomicLong();

    XaIds(Homes homes, InstantSource clock, RandomGenerator random) {
        this.homes = homes;
        this.clock = clock;
        this.random = random;
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
        return new BranchXid(gtrid, number, Gtrid.hash(resource), random.nextLong());
    }
}
