package io.tallystick.saga;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What waits for a {@link SagaLoop}, in its order. Waiting takes nothing: what is taken is in the hands of whoever drives. Thread-safe. */
final class LoopInbox {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Queue<LoopInput> inputs = new ArrayDeque<>();
    private int waiting;

    /** Wakes a thread that waits, if one does. */
    void add(LoopInput input) {
        put(input, true);
    }

    /** Wakes nobody: whoever brings this drives the loop next. */
    void bring(LoopInput input) {
        put(input, false);
    }

    private void put(LoopInput input, boolean wakes) {
        lock.lock();
        try {
            inputs.add(input);
            if (wakes && waiting > 0) {
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
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
