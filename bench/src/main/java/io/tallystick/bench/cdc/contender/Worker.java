package io.tallystick.bench.cdc.contender;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A thread that is asked to end, and that keeps what it failed of. Started and ended by one thread, checked by any. */
public final class Worker {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Thread thread;
    private volatile boolean ending;
    private volatile @Nullable Throwable failure;

    public Worker(String name, Work work) {
        this.thread = new Thread(() -> run(work), name);
        thread.setDaemon(true);
    }

    /** What it does until {@link #goesOn} is false. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    public void start() {
        thread.start();
    }

    public boolean goesOn() {
        return !ending;
    }

    /** Throws when the work has failed. */
    public void check() {
        if (failure != null && !ending) {
            throw new IllegalStateException(thread.getName() + " has failed: " + failure, failure);
        }
    }

    /** Asks it to end. What fails from now on is forgotten. */
    public void ask() {
        ending = true;
    }

    /** Asks it to end and waits for it. */
    public void end() throws InterruptedException {
        ask();
        await();
    }

    /** Waits until the work is done of itself. */
    public void await() throws InterruptedException {
        thread.join(ending ? PATIENCE.toMillis() : 0);
    }

    private void run(Work work) {
        try {
            work.run();
        } catch (Exception | LinkageError e) {
            failure = e;
        }
    }
}
