package io.tallystick.saga;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Where an engine's real clock and threads are made; nothing else in this package touches them. */
final class EngineRuntime {

    private EngineRuntime() {}

    /**
     * The database's clock, carried on by this machine's monotonic one between readings: deadlines of all engines follow
     * one clock, and setting this machine's does nothing. Thread-safe.
     */
    static final class DatabaseClock implements InstantSource {

        private volatile Reading reading;

        DatabaseClock(Instant read) {
            this.reading = new Reading(read, System.nanoTime());
        }

        /** Takes a new reading of the database's clock. */
        void set(Instant read) {
            reading = new Reading(read, System.nanoTime());
        }

        @Override
        public Instant instant() {
            Reading last = reading;
            return last.read().plusNanos(System.nanoTime() - last.nanos());
        }

        private record Reading(Instant read, long nanos) {}
    }

    /** Virtual threads where the JVM has them (21 and later), else so many threads. */
    static ExecutorService stepExecutor(String name, int threads) {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            return Executors.newFixedThreadPool(threads, daemon("tally-step-" + name + "-"));
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("virtual threads exist here and cannot be used", e);
        }
    }

    static ThreadFactory daemon(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    static void pause(Duration length) throws InterruptedException {
        Thread.sleep(length.toMillis());
    }
}
