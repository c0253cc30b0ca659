package io.tallystick.message;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer has read and not yet settled: one queue for each key, of which only the head is ever handed out. A
 * delivery stays known until the database has forgotten it, so that reading the lane again does not hand it out twice.
 * Thread-safe.
 */
final class KeyQueues {
    private final Map<String, Deque<Delivery>> waiting = new HashMap<>();
    private final Deque<String> ready = new ArrayDeque<>();
    private final Set<Long> known = new HashSet<>();
    private final Set<String> busy = new HashSet<>();
    private final Map<Long, Settled> settled = new LinkedHashMap<>();
    private final int[] perLane = new int[Lanes.COUNT];
    private boolean closed;

    /** A delivery that was handled, or failed with this problem. */
    record Settled(Delivery delivery, @Nullable Throwable problem) {
        boolean done() {
            return problem == null;
        }
    }

    /** Takes in what was read, in the order of its lane; returns how much of it is new. */
    synchronized int offer(Collection<Delivery> deliveries) {
        Set<String> failed = new HashSet<>();
        settled.values().stream()
                .filter(s -> !s.done())
                .forEach(s -> failed.add(s.delivery().key()));
        int added = 0;
        for (Delivery delivery : deliveries) {
            if (!closed && !failed.contains(delivery.key()) && known.add(delivery.seq())) {
                enqueue(delivery);
                added++;
            }
        }
        notifyAll();
        return added;
    }

    private void enqueue(Delivery delivery) {
        perLane[delivery.lane()]++;
        Deque<Delivery> queue = waiting.computeIfAbsent(delivery.key(), key -> new ArrayDeque<>());
        queue.add(delivery);
        if (queue.size() == 1 && !busy.contains(delivery.key())) {
            ready.add(delivery.key());
        }
    }

    /** The next delivery of a key that nobody is handling; waits for one; empty once closed. */
    synchronized Optional<Delivery> take() throws InterruptedException {
        while (ready.isEmpty() && !closed) {
            wait();
        }
        if (closed) {
            return Optional.empty();
        }
        String key = ready.remove();
        Deque<Delivery> queue = queueOf(key);
        Delivery next = queue.remove();
        if (queue.isEmpty()) {
            waiting.remove(key);
        }
        busy.add(key);
        return Optional.of(next);
    }

    /** The handler returned: the next of the key may go, this one is to be deleted. */
    synchronized void done(Delivery delivery) {
        settled.put(delivery.seq(), new Settled(delivery, null));
        free(delivery.key());
    }

    /** The handler threw: what waits under the key is read again after its pause. */
    synchronized void failed(Delivery delivery, Throwable problem) {
        settled.put(delivery.seq(), new Settled(delivery, problem));
        forgetQueue(delivery.key());
        free(delivery.key());
    }

    /** It was not handed to the handler after all. */
    synchronized void returned(Delivery delivery) {
        forget(delivery);
        forgetQueue(delivery.key());
        free(delivery.key());
    }

    /** What was handled or failed and is still in the database. */
    synchronized List<Settled> settled() {
        return List.copyOf(settled.values());
    }

    /** The database has forgotten these, or has noted their failure. */
    synchronized void recorded(Collection<Settled> recorded) {
        for (Settled one : recorded) {
            settled.remove(one.delivery().seq());
            forget(one.delivery());
        }
    }

    /** The lanes were lost: drops what nobody is handling yet. */
    synchronized void dropWaiting() {
        List.copyOf(waiting.keySet()).forEach(this::forgetQueue);
        ready.clear();
    }

    /** How much of a lane is known: waiting, being handled, or settled and not recorded. */
    synchronized int unsettled(int lane) {
        return perLane[lane];
    }

    synchronized void close() {
        closed = true;
        dropWaiting();
        notifyAll();
    }

    private void free(String key) {
        busy.remove(key);
        if (waiting.containsKey(key)) {
            ready.add(key);
            notifyAll();
        }
    }

    private void forgetQueue(String key) {
        Deque<Delivery> queue = waiting.remove(key);
        if (queue != null) {
            queue.forEach(this::forget);
        }
        ready.remove(key);
    }

    private void forget(Delivery delivery) {
        if (known.remove(delivery.seq())) {
            perLane[delivery.lane()]--;
        }
    }

    private Deque<Delivery> queueOf(String key) {
        Deque<Delivery> queue = waiting.get(key);
        if (queue == null) {
            throw new IllegalStateException("key " + key + " is ready and has no queue");
        }
        return queue;
    }
}
