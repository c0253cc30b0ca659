package io.tallystick.xa;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Clock, chance and workers of an engine: the only place where the real ones are made.
 *
 * @param workers ask several branches at once; must not be bounded below the number of branches in flight
 */
public record XaRuntime(InstantSource clock, RandomGenerator random, ExecutorService workers) {

    /** The real ones; threads named tally-xa-…, kept for a minute after use. */
    public static XaRuntime real() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                0,
                1024,
                60,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> daemon(task, "tally-xa-" + number.incrementAndGet()));
        // a worker too few would leave a branch unasked: its caller asks it then
        workers.setRejectedExecutionHandler(new ThreadPoolExecutor.CallerRunsPolicy());
        return new XaRuntime(InstantSource.system(), new SecureRandom(), workers);
    }

    /** Workers that run everything in the caller's thread, one after the other, for simulations. */
    public static ExecutorService sameThread() {
        return new SameThread();
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static final class SameThread extends java.util.concurrent.AbstractExecutorService {
        private volatile boolean closed;

        @Override
        public void execute(Runnable command) {
            command.run();
        }

        @Override
        public void shutdown() {
            closed = true;
        }

        @Override
        public java.util.List<Runnable> shutdownNow() {
            closed = true;
            return java.util.List.of();
        }

        @Override
        public boolean isShutdown() {
            return closed;
        }

        @Override
        public boolean isTerminated() {
            return closed;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return closed;
        }
    }
}
