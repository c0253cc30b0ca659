package io.tallystick.message;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on asking for what callers did not learn in time, or did not live to learn. One daemon thread; several workers,
 * in several processes, share the journal.
 */
public final class OutgoingWorker implements AutoCloseable {
    private static final Duration IDLE = Duration.ofMillis(500);
    private static final Logger LOG = LoggerFactory.getLogger(OutgoingWorker.class);

    private final List<RetryUntilKnown> clients;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    private OutgoingWorker(List<RetryUntilKnown> clients) {
        this.clients = clients;
        this.thread = new Thread(this::run, "tally-outgoing");
        thread.setDaemon(true);
    }

    /** Starts a worker for these operations. */
    public static OutgoingWorker start(RetryUntilKnown... clients) {
        OutgoingWorker worker = new OutgoingWorker(List.of(clients));
        worker.thread.start();
        return worker;
    }

    /** Ends after the attempt that is being made. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            boolean end = false;
            while (!end) {
                boolean worked = pollAll();
                end = stopped.await(worked ? 0 : IDLE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean pollAll() {
        boolean worked = false;
        for (RetryUntilKnown client : clients) {
            try {
                worked |= client.poll();
            } catch (RuntimeException e) {
                LOG.warn("outgoing requests cannot be looked after now; they stay in the journal", e);
            }
        }
        return worked;
    }
}
