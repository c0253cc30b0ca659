package io.tallystick.xa.decision;

import io.tallystick.jdbc.UnknownOutcomeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Group commit without a thread of its own: one caller writes at a time, for itself and for all who came while the last write was in
 * flight. Who comes alone writes at once and hands over to nobody; nobody lingers for company. (Leader and followers, as in the write
 * queue of LevelDB.) Safe for use by many threads; an interrupt neither ends a wait nor touches the others' write, it is put back at the end.
 */
final class Gathering<T, R> {

    private static final int LARGEST = 128;

    private final Consumer<List<Entry<T, R>>> writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Entry<T, R>> waiting = new ArrayDeque<>();
    private boolean writing;

    /** @param writer must answer or fail every entry that it gets */
    Gathering(Consumer<List<Entry<T, R>>> writer) {
        this.writer = writer;
    }

    R submit(T value) {
        Entry<T, R> mine = new Entry<>(value);
        boolean interrupted = Thread.interrupted();
        try {
            if (!enter(mine)) {
                interrupted |= mine.await();
            }
            if (mine.state.get() == State.WRITER) {
                write();
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return mine.result();
    }

    /** How many wait for the write in flight to end. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private boolean enter(Entry<T, R> mine) {
        lock.lock();
        try {
            waiting.add(mine);
            if (!writing) {
                writing = true;
                mine.state.set(State.WRITER);
                return true;
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        List<Entry<T, R>> batch = take();
        try {
            writer.accept(batch);
        } catch (Throwable t) {
            // an OutOfMemoryError, a bug: nobody may wait for ever, and nobody may take it for "did not happen"
            batch.forEach(entry -> entry.fail(new UnknownOutcomeException("the write broke off", t)));
            throw t;
        } finally {
            handOver();
            batch.forEach(Entry::wake);
        }
    }

    private List<Entry<T, R>> take() {
        lock.lock();
        try {
            List<Entry<T, R>> batch = new ArrayList<>(Math.min(waiting.size(), LARGEST));
            while (batch.size() < LARGEST && !waiting.isEmpty()) {
                batch.add(waiting.poll());
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** The first of those who came meanwhile writes next. */
    private void handOver() {
        Entry<T, R> next;
        lock.lock();
        try {
            next = waiting.peek();
            writing = next != null;
        } finally {
            lock.unlock();
        }
        if (next != null) {
            next.state.set(State.WRITER);
            LockSupport.unpark(next.thread);
        }
    }

    private enum State {
        WAITING,
        WRITER,
        ANSWERED
    }

    /** One caller's value and what became of it. */
    static final class Entry<T, R> {
        private final T value;
        private final Thread thread = Thread.currentThread();
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private @Nullable R answer;
        private @Nullable RuntimeException failure;

        Entry(T value) {
            this.value = value;
        }

        T value() {
            return value;
        }

        void answer(R result) {
            answer = result;
        }

        void fail(RuntimeException why) {
            if (answer == null && failure == null) {
                failure = why;
            }
        }

        private void wake() {
            state.set(State.ANSWERED);
            LockSupport.unpark(thread);
        }

        /** Returns whether the thread was interrupted meanwhile. */
        private boolean await() {
            boolean interrupted = false;
            while (state.get() == State.WAITING) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            return interrupted;
        }

        private R result() {
            if (failure != null) {
                throw failure;
            }
            if (answer == null) {
                throw new UnknownOutcomeException("the write ended without an answer");
            }
            return answer;
        }
    }
}
