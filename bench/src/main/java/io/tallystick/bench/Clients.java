package io.tallystick.bench;

import io.tallystick.bench.contender.Contender;
import io.tallystick.bench.contender.Steps;
import io.tallystick.bench.contender.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * So many threads that each start a saga, wait until it has ended, and start the next. Used from one thread. A client that fails
 * ends the measurement with its exception.
 */
final class Clients {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Contender contender;
    private final Steps steps;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch failed = new CountDownLatch(1);
    private final List<Client> clients = new ArrayList<>();
    private volatile boolean measuring;
    private volatile boolean stopping;

    private Clients(Contender contender, Steps steps) {
        this.contender = contender;
        this.steps = steps;
    }

    static Clients start(Contender contender, Steps steps, int count) {
        Clients clients = new Clients(contender, steps);
        for (int i = 1; i <= count; i++) {
            clients.clients.add(clients.new Client("client " + i));
        }
        clients.clients.forEach(client -> client.thread.start());
        return clients;
    }

    /** Waits, or throws as soon as a client failed. */
    void letRun(Duration time) throws Exception {
        if (failed.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("a client failed", failure.get());
        }
    }

    /** How many sagas were begun so far. */
    long begun() {
        return numbers.get();
    }

    void beginMeasuring() {
        measuring = true;
    }

    LatencyHistogram endMeasuring() {
        measuring = false;
        LatencyHistogram all = new LatencyHistogram();
        clients.forEach(client -> all.add(client.take()));
        return all;
    }

    /** Ends the clients after their current saga, and checks that every step of every saga was carried out. */
    void stop() throws Exception {
        if (stopping) {
            return;
        }
        stopping = true;
        for (Client client : clients) {
            client.thread.join(PATIENCE.toMillis());
            if (client.thread.isAlive()) {
                throw new IllegalStateException(client.thread.getName() + " waits for its saga since " + PATIENCE);
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException("a client failed", failure.get());
        }
        checkWork();
    }

    private void checkWork() {
        long expectedActions = 0;
        long expectedCompensations = 0;
        for (long saga = 0; saga < numbers.get(); saga++) {
            boolean refused = steps.workload().refuses(Workload.STEPS, saga);
            expectedActions += refused ? Workload.STEPS - 1 : Workload.STEPS;
            expectedCompensations += refused ? Workload.STEPS - 1 : 0;
        }
        if (steps.actions() != expectedActions || steps.compensations() != expectedCompensations) {
            throw new IllegalStateException(
                    numbers.get() + " sagas: expected " + expectedActions + " actions and " + expectedCompensations
                            + " compensations, found " + steps.actions() + " and " + steps.compensations());
        }
    }

    private final class Client {
        private final Thread thread;
        private LatencyHistogram latency = new LatencyHistogram();

        private Client(String name) {
            this.thread = new Thread(this::work, name);
            thread.setDaemon(true);
        }

        private void work() {
            try {
                while (!stopping) {
                    oneSaga();
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
                failed.countDown();
            }
        }

        private void oneSaga() throws Exception {
            long saga = numbers.getAndIncrement();
            long begin = System.nanoTime();
            boolean completed = contender.run(saga);
            long nanos = System.nanoTime() - begin;
            if (completed == steps.workload().refuses(Workload.STEPS, saga)) {
                throw new IllegalStateException("saga " + saga + " ended " + (completed ? "completed" : "compensated"));
            }
            if (measuring) {
                synchronized (this) {
                    latency.record(nanos);
                }
            }
        }

        private synchronized LatencyHistogram take() {
            LatencyHistogram taken = latency;
            latency = new LatencyHistogram();
            return taken;
        }
    }
}
