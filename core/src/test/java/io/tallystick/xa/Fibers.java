package io.tallystick.xa;

import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads of a simulation: only one runs at a time, and it runs from one pause to the next as one event of the {@link Simulation}. So
 * blocking code takes part in virtual time, and its interleaving is a function of the seed.
 */
final class Fibers {

    /** The simulation is over, and with it the thread of a fiber that stands still. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** The process in which fibers run. */
    interface Process {
        boolean isDead();

        /** Runs on later, after this time; zero when it is not paused. */
        Duration asleepFor();
    }

    /** The world outside: never dies, never sleeps. */
    static final Process WORLD = new Process() {
        @Override
        public boolean isDead() {
            return false;
        }

        @Override
        public Duration asleepFor() {
            return Duration.ZERO;
        }
    };

    private static final ThreadLocal<@Nullable Fiber> CURRENT = new ThreadLocal<>();

    private final Simulation sim;
    private final Set<Fiber> living = new LinkedHashSet<>();
    private volatile boolean over;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "fiber");
        thread.setDaemon(true);
        return thread;
    });

    Fibers(Simulation sim) {
        this.sim = sim;
    }

    /** Begins soon, as an event of its own. */
    void start(String name, Process process, Runnable body) {
        Fiber fiber = new Fiber(name, process, body);
        living.add(fiber);
        sim.within(Duration.ZERO, Duration.ofMillis(2), name, () -> resume(fiber));
    }

    /** Lets virtual time pass for the fiber that calls. */
    void pause(Duration time) {
        Fiber me = CURRENT.get();
        if (me == null) {
            throw new IllegalStateException("only a fiber can pause");
        }
        if (!over) {
            // that of a dead process stands still from here on, as after kill -9: not even a finally block runs
            sim.after(time, me.name, () -> resume(me));
            me.toSimulation.release();
            me.toFiber.acquireUninterruptibly();
        }
        if (over) {
            throw new Killed();
        }
    }

    /** Waits; returns whether it became true within this time. */
    boolean waitFor(BooleanSupplier what, Duration atMost) {
        Duration end = sim.elapsed().plus(atMost);
        while (!what.getAsBoolean()) {
            if (sim.elapsed().compareTo(end) >= 0) {
                return false;
            }
            pause(sim.between(Duration.ofMillis(5), Duration.ofMillis(30)));
        }
        return true;
    }

    /** Ends all threads: the simulation is over. */
    void close() {
        over = true;
        for (Fiber fiber : List.copyOf(living)) {
            fiber.process = new Process() {
                @Override
                public boolean isDead() {
                    return true;
                }

                @Override
                public Duration asleepFor() {
                    return Duration.ZERO;
                }
            };
            resume(fiber);
        }
        threads.shutdown();
    }

    private void resume(Fiber fiber) {
        if (!living.contains(fiber) || fiber.begun && fiber.process.isDead() && !over) {
            return;
        }
        Duration asleep = fiber.process.asleepFor();
        if (!asleep.isZero() && !fiber.process.isDead()) {
            sim.after(asleep, fiber.name + " (asleep)", () -> resume(fiber));
            return;
        }
        fiber.run();
    }

    /** Workers of one process. */
    AbstractExecutorService workers(String name, Process process) {
        return new AbstractExecutorService() {
            @Override
            public void execute(Runnable command) {
                start(name, process, command);
            }

            @Override
            public void shutdown() {}

            @Override
            public List<Runnable> shutdownNow() {
                return List.of();
            }

            @Override
            public boolean isShutdown() {
                return false;
            }

            @Override
            public boolean isTerminated() {
                return false;
            }

            @Override
            public boolean awaitTermination(long timeout, TimeUnit unit) {
                return true;
            }
        };
    }

    private final class Fiber {
        final String name;
        Process process;
        final Runnable body;
        final Semaphore toFiber = new Semaphore(0);
        final Semaphore toSimulation = new Semaphore(0);

        boolean begun;

        @Nullable
        Throwable failure;

        Fiber(String name, Process process, Runnable body) {
            this.name = name;
            this.process = process;
            this.body = body;
        }

        /** On the simulation's thread: until the next pause or the end. */
        void run() {
            if (begun) {
                toFiber.release();
            } else {
                begun = true;
                threads.execute(this::live);
            }
            toSimulation.acquireUninterruptibly();
            if (failure != null) {
                throw new IllegalStateException(name + " failed", failure);
            }
        }

        private void live() {
            CURRENT.set(this);
            try {
                if (!process.isDead()) {
                    body.run();
                }
            } catch (Killed e) {
                // its process is dead
            } catch (Throwable e) {
                failure = e;
            } finally {
                living.remove(this);
                toSimulation.release();
            }
        }
    }
}
