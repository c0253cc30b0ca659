package io.tallystick.xa.decision;

import io.tallystick.xa.Gtrid;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers finished decisions and writes them off some hundreds at a time, or after a second, on a thread of its own. Never blocks who adds; remembers
 * ten thousand at most and then drops, because what is lost here is only finished once more. Safe for use by many threads.
 */
final class LazyEnds {

    private static final Logger LOG = LoggerFactory.getLogger(LazyEnds.class);
    private static final int BATCH = 250;
    private static final int MOST = 10_000;
    private static final long LINGER_MS = 1_000;

    private final Consumer<List<Ended>> writer;
    private final ScheduledThreadPoolExecutor thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Ended> gathered = new LinkedHashSet<>();
    private boolean due;

    LazyEnds(String store, Consumer<List<Ended>> writer) {
        this.writer = writer;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "tally-ends-" + store);
            made.setDaemon(true);
            return made;
        });
        thread.setKeepAliveTime(10, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    void add(Collection<Ended> done) {
        lock.lock();
        try {
            int before = gathered.size();
            gather(done);
            if (before < BATCH && gathered.size() >= BATCH && !thread.isShutdown()) {
                thread.execute(this::write);
            }
        } finally {
            lock.unlock();
        }
    }

    private void gather(Collection<Ended> done) {
        for (Ended one : done) {
            if (gathered.size() < MOST) {
                gathered.add(one);
            }
        }
        if (!due && !gathered.isEmpty() && !thread.isShutdown()) {
            due = true;
            var unused = thread.schedule(this::writeDue, LINGER_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void writeDue() {
        lock.lock();
        try {
            due = false;
        } finally {
            lock.unlock();
        }
        write();
    }

    /** What comes meanwhile waits for a full batch or its time: written at once, a busy store would delete a few rows at a time without end. */
    private void write() {
        List<Ended> batch;
        do {
            batch = take();
        } while (written(batch) && batch.size() == BATCH);
    }

    private boolean written(List<Ended> batch) {
        if (batch.isEmpty()) {
            return true;
        }
        try {
            writer.accept(batch);
            return true;
        } catch (RuntimeException e) {
            LOG.debug("{} finished decisions are written off later", batch.size(), e);
            putBack(batch);
            return false;
        }
    }

    private List<Ended> take() {
        lock.lock();
        try {
            List<Ended> batch = gathered.stream().limit(BATCH).toList();
            batch.forEach(gathered::remove);
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void putBack(List<Ended> batch) {
        lock.lock();
        try {
            gather(batch);
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            thread.shutdown();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        try {
            // a write in flight ends by the time-outs of its connection
            thread.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        write();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param forget delete its row; otherwise only mark it */
    record Ended(Gtrid gtrid, boolean forget) {}
}
