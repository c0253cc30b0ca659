package io.tallystick.saga;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What waits for a {@link SagaLoop}. Thread-safe. */
final class LoopInbox {

    private final LinkedBlockingQueue<LoopInput> arrived = new LinkedBlockingQueue<>();
    private final Queue<LoopInput> brought = new ConcurrentLinkedQueue<>();

    /** Wakes the thread that waits, if one does. */
    void add(LoopInput input) {
        arrived.add(input);
    }

    /** Wakes nobody: whoever brings this drives the loop next. */
    void bring(LoopInput input) {
        brought.add(input);
    }

    @Nullable
    LoopInput poll() {
        LoopInput input = brought.poll();
        return input == null ? arrived.poll() : input;
    }

    int size() {
        return brought.size() + arrived.size();
    }

    boolean isEmpty() {
        return brought.isEmpty() && arrived.isEmpty();
    }

    /** Waits so long, or until something has arrived; takes nothing. One thread at a time may wait beside the one that polls. */
    void await(LoopPause pause) throws InterruptedException {
        if (!pause.takes()) {
            TimeUnit.NANOSECONDS.sleep(pause.length().toNanos());
        } else if (brought.isEmpty()) {
            LoopInput input = arrived.poll(pause.length().toNanos(), TimeUnit.NANOSECONDS);
            if (input != null) {
                brought.add(input);
            }
        }
    }
}
