package io.tallystick.message;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Channels in memory, on the clock that it is given: nothing moves until {@link #poll} is called, and then on the
 * calling thread, so that a simulation decides when. Keeps the same promises as the others, except that it forgets
 * everything with the process. Thread-safe; {@code poll} must not be called from a handler.
 */
public final class InMemoryChannel implements Channel, DeadMessages {
    private final MessageRuntime runtime;
    private final Backoff backoff;
    private final Map<Long, Waiting> waiting = new LinkedHashMap<>();
    private final Map<Long, DeadMessage> dead = new LinkedHashMap<>();
    private final Map<String, MessageHandler> handlers = new HashMap<>();
    private long lastNumber;

    /** One message on its way; it, and with it its key, rests until {@code dueAt}. */
    private record Waiting(long number, Message message, int attempts, Instant dueAt) {
        String place() {
            return message.channel() + " " + message.key();
        }
    }

    public InMemoryChannel(MessageRuntime runtime, Backoff backoff) {
        this.runtime = runtime;
        this.backoff = backoff;
    }

    @Override
    public synchronized void send(List<Message> messages) {
        messages.forEach(this::add);
    }

    @Override
    public synchronized Subscription subscribe(String channel, MessageHandler handler) {
        if (handlers.putIfAbsent(channel, handler) != null) {
            throw new IllegalStateException("channel " + channel + " has a subscriber already; close it first");
        }
        return () -> unsubscribe(channel, handler);
    }

    /** Hands over every message that is due, the first of each key; returns how many. Call until it returns 0. */
    public int poll() {
        List<Waiting> due = due();
        due.forEach(this::deliver);
        return due.size();
    }

    /** When the next message that has a subscriber is due; empty if none waits. */
    public synchronized Optional<Instant> nextDue() {
        return heads().stream().map(Waiting::dueAt).min(Instant::compareTo);
    }

    @Override
    public synchronized List<DeadMessage> dead(String channel, int limit) {
        return dead.values().stream()
                .filter(one -> one.message().channel().equals(channel))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized boolean retry(long number) {
        DeadMessage found = dead.remove(number);
        if (found != null) {
            add(found.message());
        }
        return found != null;
    }

    @Override
    public synchronized void close() {
        handlers.clear();
    }

    private void add(Message message) {
        lastNumber++;
        waiting.put(lastNumber, new Waiting(lastNumber, message, 0, runtime.now()));
    }

    private synchronized List<Waiting> due() {
        Instant now = runtime.now();
        return heads().stream().filter(one -> !one.dueAt().isAfter(now)).toList();
    }

    /** The first message of each key, of channels that have a subscriber. */
    private List<Waiting> heads() {
        Map<String, Waiting> first = new LinkedHashMap<>();
        for (Waiting one : waiting.values()) {
            if (handlers.containsKey(one.message().channel())) {
                first.putIfAbsent(one.place(), one);
            }
        }
        return new ArrayList<>(first.values());
    }

    private void deliver(Waiting one) {
        MessageHandler handler = handler(one);
        if (handler == null) {
            return;
        }
        try {
            handler.handle(one.message());
            settle(one);
        } catch (Throwable problem) {
            fail(one, problem);
        }
    }

    private synchronized @Nullable MessageHandler handler(Waiting one) {
        return handlers.get(one.message().channel());
    }

    private synchronized void unsubscribe(String channel, MessageHandler handler) {
        handlers.remove(channel, handler);
    }

    private synchronized void settle(Waiting one) {
        waiting.remove(one.number());
    }

    private synchronized void fail(Waiting one, Throwable problem) {
        boolean blameless = problem instanceof UnavailableException
                || problem instanceof ConflictException
                || problem instanceof UnknownOutcomeException;
        int attempts = one.attempts() + (blameless ? 0 : 1);
        if (attempts >= backoff.attempts()) {
            waiting.remove(one.number());
            dead.put(
                    one.number(),
                    new DeadMessage(one.number(), one.message(), attempts, problem.toString(), runtime.now()));
            return;
        }
        Instant dueAt = runtime.now().plus(backoff.pause(Math.max(1, attempts), runtime.random()));
        waiting.replace(one.number(), new Waiting(one.number(), one.message(), attempts, dueAt));
    }
}
