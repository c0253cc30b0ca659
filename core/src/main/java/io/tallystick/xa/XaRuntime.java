package io.tallystick.xa;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Clock, chance and workers of an engine: the only place where the real ones are made.
 *
 * @param workers ask several branches at once; must not be bounded below the number of branches in flight
 * @param patience how the application's thread waits for them
 */
public record XaRuntime(InstantSource clock, RandomGenerator random, ExecutorService workers, Patience patience) {

    /** Waits with the clock on the wall. */
    public XaRuntime(InstantSource clock, RandomGenerator random, ExecutorService workers) {
        this(clock, random, workers, XaRuntime::waitByTheWall);
    }

    /** Waits for something. */
    public interface Patience {

        /** Returns whether it is there within this time. An interrupt does not shorten it. */
        boolean wait(CompletableFuture<?> what, Duration atMost);
    }

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

    private static boolean waitByTheWall(CompletableFuture<?> what, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    what.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                    return true;
                } catch (TimeoutException e) {
                    return false;
                } catch (InterruptedException e) {
                    // the outcome must be learned all the same; who interrupted finds the flag afterwards
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
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
