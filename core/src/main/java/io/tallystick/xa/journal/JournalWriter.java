package io.tallystick.xa.journal;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.Gtrid;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that touches the files. All requests that came while a frame was being forced go into the next frame. Finished
 * decisions ride along with the next frame, or get one of their own after a second; ten thousand are remembered at most, what is
 * dropped is only finished once more.
 */
final class JournalWriter {

    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);
    private static final int LARGEST = 256;
    private static final int MOST_ENDS = 10_000;
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final Segments segments;
    private final JournalState state;
    private final InstantSource clock;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Deque<Request<?>> queue = new ArrayDeque<>();
    private final Map<Gtrid, Boolean> ends = new LinkedHashMap<>();
    private boolean closing;

    JournalWriter(String name, Segments segments, JournalState state, InstantSource clock) {
        this.name = name;
        this.segments = segments;
        this.state = state;
        this.clock = clock;
        this.thread = new Thread(this::run, "tally-journal-" + name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /**
     * Has the step answered by the writer, and returns when all it wrote is durable. An interrupt does not end the wait; it is put
     * back afterwards.
     *
     * @param step runs on the writer's thread
     */
    <R> R ask(String what, Function<Draft, R> step) {
        Request<R> request = new Request<>("journal " + name + ", " + what, step);
        lock.lock();
        try {
            if (closing) {
                throw new UnavailableException("journal " + name + " is closed; nothing is written any more");
            }
            queue.add(request);
            work.signal();
        } finally {
            lock.unlock();
        }
        return request.await();
    }

    /** @param forget whether they are deleted; otherwise they are remembered */
    void end(Collection<Gtrid> done, boolean forget) {
        lock.lock();
        try {
            boolean first = ends.isEmpty();
            done.stream().limit(Math.max(0, MOST_ENDS - ends.size())).forEach(gtrid -> ends.put(gtrid, forget));
            if (first) {
                // the writer may be waiting without a limit
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            List<Request<?>> batch = new ArrayList<>();
            Map<Gtrid, Boolean> ended = new LinkedHashMap<>();
            if (!next(batch, ended)) {
                break;
            }
            try {
                perform(batch, ended);
            } catch (Throwable t) {
                // memory ran out, a bug: whoever waits must hear of it, and the file's end is doubtful
                LOG.error("journal {}: a write broke off", name, t);
                segments.giveUp();
                batch.forEach(request -> request.fail(true, t));
            }
        }
        segments.close();
    }

    /** Waits for work; false when there will be none. */
    private boolean next(List<Request<?>> batch, Map<Gtrid, Boolean> ended) {
        lock.lock();
        try {
            awaitWork();
            while (batch.size() < LARGEST && !queue.isEmpty()) {
                Request<?> request = queue.poll();
                if (request.take()) {
                    batch.add(request);
                }
            }
            ended.putAll(ends);
            ends.clear();
            return !closing || !batch.isEmpty() || !ended.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void awaitWork() {
        long linger = LINGER_NANOS;
        try {
            while (queue.isEmpty() && !closing && (ends.isEmpty() || linger > 0)) {
                if (ends.isEmpty()) {
                    work.await();
                    linger = LINGER_NANOS;
                } else {
                    linger = work.awaitNanos(linger);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("journal {}: somebody interrupted its thread, which ends by close() alone", name, e);
        }
    }

    private void perform(List<Request<?>> batch, Map<Gtrid, Boolean> ended) {
        Draft draft = new Draft(state);
        List<Request<?>> waiting = new ArrayList<>(batch.size());
        for (Request<?> request : batch) {
            if (request.run(draft)) {
                waiting.add(request);
            }
        }
        ended.forEach((gtrid, forget) -> draft.end(gtrid, forget, clock.instant()));
        if (draft.entries().isEmpty()) {
            return;
        }
        if (makeRoom(draft, waiting, ended) && force(draft, waiting, ended)) {
            state.apply(draft.entries());
            waiting.forEach(Request::answer);
        }
    }

    private boolean makeRoom(Draft draft, List<Request<?>> waiting, Map<Gtrid, Boolean> ended) {
        int length = draft.content().length;
        try {
            if (!segments.fits(length)) {
                segments.begin(EntryCodec.write(state.snapshot()), length);
            }
            return true;
        } catch (IOException e) {
            LOG.warn("journal {}: no new segment can be made now ({}); decisions are refused", name, e.toString());
            waiting.forEach(request -> request.fail(false, e));
            putBack(ended);
            return false;
        }
    }

    private boolean force(Draft draft, List<Request<?>> waiting, Map<Gtrid, Boolean> ended) {
        try {
            segments.append(draft.content());
            return true;
        } catch (IOException e) {
            LOG.warn("journal {}: a write failed ({}); going on in a new segment", name, e.toString());
            waiting.forEach(request -> request.fail(true, e));
            putBack(ended);
            return false;
        }
    }

    private void putBack(Map<Gtrid, Boolean> ended) {
        lock.lock();
        try {
            if (!closing && ends.size() + ended.size() <= MOST_ENDS) {
                ended.forEach(ends::putIfAbsent);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is waiting, then ends the thread; false when the disk hangs and it may still be writing. */
    boolean close() {
        lock.lock();
        try {
            closing = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
