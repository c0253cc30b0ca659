package io.tallystick.postgres.cdc;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells the server, by the clock and whatever the reader is doing, that we are there and what is durable. Requests of the server would
 * wait behind the data. Thread-safe; runs a thread of its own.
 */
final class Pulse implements AutoCloseable {

    /** Acknowledgements are gathered for this long. */
    private static final long GATHER_NANOS = Duration.ofMillis(100).toNanos();

    private final WalWriter writer;
    private final long periodNanos;
    private final Thread thread;
    /** Written by the reader alone, for every transaction. */
    private volatile long received;
    /** 0 until something is acknowledged: that somebody reads from a place does not make it durable. */
    private long durable;

    private boolean pending;
    private boolean closed;
    private volatile @Nullable IOException failure;

    Pulse(WalWriter writer, Duration period, long start, String name) {
        this.writer = writer;
        this.periodNanos = period.toNanos();
        this.received = start;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    Pulse start() {
        thread.start();
        return this;
    }

    /** For the thread of the reader. */
    void received(long lsn) {
        received = Lsn.later(lsn, received);
    }

    synchronized void acknowledge(long lsn) {
        if (Lsn.isAfter(lsn, durable)) {
            durable = lsn;
            pending = true;
            notifyAll();
        }
    }

    /** Answers the server at once. */
    void now() throws IOException {
        send(false);
    }

    /** @throws IOException when the last word did not get through */
    void check() throws IOException {
        IOException broken = failure;
        if (broken != null) {
            throw new IOException("the connection to the walsender is broken", broken);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.interrupt();
    }

    private void run() {
        try {
            while (awaitTurn()) {
                send(true);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            failure = e;
        }
    }

    /** Waits for the period, or for an acknowledgement and a moment more. */
    private synchronized boolean awaitTurn() throws InterruptedException {
        long begun = System.nanoTime();
        while (!closed) {
            long left = (pending ? GATHER_NANOS : periodNanos) - (System.nanoTime() - begun);
            if (left <= 0) {
                return true;
            }
            // not less than a millisecond: 0 would wait for ever
            wait(left / 1_000_000 + 1);
        }
        return false;
    }

    private void send(boolean answer) throws IOException {
        long upTo;
        long flushed;
        synchronized (this) {
            upTo = received;
            flushed = durable;
            pending = false;
        }
        writer.status(upTo, flushed, answer);
    }
}
