package io.tallystick.examples.campaign;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills orchestrators, services and databases in turn, and starts each again before the next one dies. Runs on one
 * thread; what it counted is read when it has ended.
 */
final class Killer implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Killer.class);
    private static final long PERIOD_NANOS = Duration.ofMillis(2_500).toNanos();
    /** Every so often one is away for longer than leases last, so that others take over or leases run out. */
    private static final int LONG_EVERY = 4;

    private static final int RESTARTS = 3;

    private final Map<Target.Kind, List<Target>> targets;
    private final int kills;
    private final SplittableRandom chance;
    private final Progress progress;
    private final Map<Target.Kind, Integer> counts = new EnumMap<>(Target.Kind.class);
    private volatile boolean done;

    Killer(Map<Target.Kind, List<Target>> targets, int kills, long seed, Progress progress) {
        this.targets = targets;
        this.kills = kills;
        this.chance = new SplittableRandom(seed ^ 0xC0FFEE);
        this.progress = progress;
    }

    boolean done() {
        return done;
    }

    Map<Target.Kind, Integer> counts() {
        return Map.copyOf(counts);
    }

    @Override
    public void run() {
        Target.Kind[] kinds = Target.Kind.values();
        try {
            for (int i = 0; i < kills && !Thread.currentThread().isInterrupted(); i++) {
                List<Target> candidates = targets.get(kinds[i % kinds.length]);
                boolean away = i / kinds.length % LONG_EVERY == LONG_EVERY - 1;
                strike(i + 1, candidates.get(chance.nextInt(candidates.size())), away);
            }
        } finally {
            done = true;
        }
    }

    private void strike(int number, Target target, boolean longAway) {
        long begun = System.nanoTime();
        progress.killed(target);
        target.act().kill();
        counts.merge(target.kind(), 1, Integer::sum);
        long millis = longAway ? 3_000 + chance.nextLong(1_500) : 100 + chance.nextLong(900);
        LOG.warn("kill {} of {}: {} {}, away for {} ms", number, kills, target.kind(), target.name(), millis);
        pause(millis * 1_000_000);
        restart(target);
        pause(PERIOD_NANOS - (System.nanoTime() - begun));
    }

    private static void restart(Target target) {
        for (int attempt = 1; ; attempt++) {
            try {
                target.act().restart();
                return;
            } catch (RuntimeException e) {
                if (attempt == RESTARTS) {
                    throw e;
                }
                LOG.warn("{} did not come back, try {}", target.name(), attempt, e);
            }
        }
    }

    private static void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
