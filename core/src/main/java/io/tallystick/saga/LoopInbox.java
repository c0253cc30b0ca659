package io.tallystick.saga;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a {@link SagaLoop}, in its order. Waiting takes nothing: what is taken is in the hands of whoever drives. Once it is
 * closed, what comes fails at once: nobody would ever take it. Thread-safe.
 */
final class LoopInbox {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Queue<LoopInput> inputs = new ArrayDeque<>();
    private int waiting;
    private @Nullable RuntimeException closed;

    /** Wakes a thread that waits, if one does. */
    void add(LoopInput input) {
        put(input, true);
    }

    /** Wakes nobody: whoever brings this drives the loop next. */
    void bring(LoopInput input) {
        put(input, false);
    }

    private void put(LoopInput input, boolean wakes) {
        RuntimeException why;
        lock.lock();
        try {
            why = closed;
            if (why == null) {
                inputs.add(input);
            }
            if (wakes && waiting > 0) {
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
        if (why != null) {
            input.fail(why);
        }
    }

    /** Fails what waits, and what will come. */
    void close(RuntimeException why) {
        List<LoopInput> left;
        lock.lock();
        try {
            closed = why;
            left = List.copyOf(inputs);
            inputs.clear();
        } finally {
            lock.unlock();
        }
        left.forEach(input -> input.fail(why));
    }

    @Nullable
    LoopInput poll() {
        lock.lock();
        try {
            return inputs.poll();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return inputs.size();
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        return size() == 0;
    }

    /** Waits so long, or until something is here. */
    void await(LoopPause pause) throws InterruptedException {
        if (!pause.takes()) {
            TimeUnit.NANOSECONDS.sleep(pause.length().toNanos());
            return;
        }
        lock.lock();
        waiting++;
        try {
            long left = pause.length().toNanos();
            while (inputs.isEmpty() && left > 0) {
                left = arrived.awaitNanos(left);
            }
        } finally {
            waiting--;
            lock.unlock();
        }
    }
}
