package io.tallystick.examples.service;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** The faults of one running service: the present settings, and how often each struck. Thread-safe. */
public final class Faults {

    /** What strikes a single request or command. */
    public enum Kind {
        MAINTENANCE,
        LOST_REPLY,
        DUPLICATE,
        SLOW
    }

    private final SplittableRandom chance;
    private final Map<Kind, Long> struck = new EnumMap<>(Kind.class);
    private FaultSettings settings = FaultSettings.NONE;
    /** How often anything may still strike; below 1 there is no end. */
    private int left;

    Faults(long seed) {
        this.chance = new SplittableRandom(seed);
    }

    synchronized void set(FaultSettings next) {
        settings = next;
        left = next.times();
    }

    public synchronized FaultSettings settings() {
        return settings;
    }

    /** How often each fault struck since the process started. */
    synchronized Map<Kind, Long> struck() {
        return Map.copyOf(struck);
    }

    synchronized boolean inMaintenance() {
        return settings.maintenance() && count(Kind.MAINTENANCE);
    }

    synchronized boolean losesReply() {
        return chance.nextDouble() < settings.lostReply() && count(Kind.LOST_REPLY);
    }

    synchronized boolean duplicates() {
        return chance.nextDouble() < settings.duplicate() && count(Kind.DUPLICATE);
    }

    /** Holds the calling thread up when slowness strikes. */
    void dawdle() {
        if (strikesSlow()) {
            long until = System.nanoTime() + FaultSettings.SLOWNESS_MILLIS * 1_000_000;
            for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    private synchronized boolean strikesSlow() {
        return chance.nextDouble() < settings.slow() && count(Kind.SLOW);
    }

    private boolean count(Kind kind) {
        struck.merge(kind, 1L, Long::sum);
        if (--left == 0) {
            settings = FaultSettings.NONE;
        }
        return true;
    }
}
