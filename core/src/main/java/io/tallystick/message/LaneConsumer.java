package io.tallystick.message;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the lanes that one subscription owns. {@link #poll} does a bounded batch against the database and is called
 * by one thread; {@link #work} hands deliveries to the handler and is called by any number. No transaction is open and
 * no row is locked while a handler runs.
 */
final class LaneConsumer {
    /** How much of one lane is in memory at a time: enough to keep the workers busy, little enough to lose at a takeover. */
    private static final int WINDOW = 32;

    private static final int TRANSIENT_PAUSE_LIKE_ATTEMPT = 4;
    private static final int LONGEST_ERROR = 2000;
    private static final Logger LOG = LoggerFactory.getLogger(LaneConsumer.class);

    private final Jdbc jdbc;
    private final String channel;
    private final MessageHandler handler;
    private final JdbcChannel.Options options;
    private final MessageRuntime runtime;
    private final LaneLeases leases;
    private final MessageRows rows = new MessageRows();
    private final KeyQueues queues = new KeyQueues();
    private final Signal signal = new Signal();
    private Set<Integer> lanes = Set.of();
    private long renewAt;
    private volatile long leaseEnds;

    LaneConsumer(
            Jdbc jdbc, String channel, MessageHandler handler, JdbcChannel.Options options, MessageRuntime runtime) {
        this.jdbc = jdbc;
        this.channel = channel;
        this.handler = handler;
        this.options = options;
        this.runtime = runtime;
        this.leases = new LaneLeases(channel, runtime.ids().get(), options.lease());
        long now = runtime.nanos().getAsLong();
        this.renewAt = now;
        this.leaseEnds = now;
        leases.prepare(jdbc);
    }

    String channel() {
        return channel;
    }

    Signal signal() {
        return signal;
    }

    /** Prolongs the leases when it is time, records what was settled, reads what is new; returns how much it did. */
    int poll() {
        long now = runtime.nanos().getAsLong();
        if (now - renewAt >= 0) {
            renew(now);
        }
        List<KeyQueues.Settled> settled = queues.settled();
        List<Delivery> read = new ArrayList<>();
        List<Integer> wanted =
                lanes.stream().filter(lane -> queues.unsettled(lane) < WINDOW).toList();
        if (settled.isEmpty() && (wanted.isEmpty() || jdbc.autocommit(tx -> rows.isEmpty(tx, channel)))) {
            return 0;
        }
        jdbc.run(tx -> {
            record(tx, settled);
            if (!wanted.isEmpty()) {
                read.addAll(rows.read(tx, channel, wanted, WINDOW));
            }
        });
        queues.recorded(settled);
        return settled.size() + (owned() ? queues.offer(read) : 0);
    }

    /** Handles one delivery; waits for one. Returns false once closed. */
    boolean work() throws InterruptedException {
        var taken = queues.take();
        taken.ifPresent(this::handle);
        return taken.isPresent();
    }

    /** Hands out nothing more; what is being handled may finish. */
    void stop() {
        queues.close();
        signal.raise();
    }

    /** Records the last results and gives the lanes back. Called when no handler is running any more. */
    void leave() {
        List<KeyQueues.Settled> settled = queues.settled();
        jdbc.withRetryOnConflict(20, tx -> {
            record(tx, settled);
            leases.leave(tx);
            return settled;
        });
    }

    private void handle(Delivery delivery) {
        if (!owned()) {
            // another consumer may have the lane by now and deliver this key
            queues.returned(delivery);
            return;
        }
        try {
            handler.handle(delivery.message());
            queues.done(delivery);
        } catch (Throwable problem) {
            if (problem instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            queues.failed(delivery, problem);
        }
        signal.raise();
    }

    private boolean owned() {
        return leaseEnds - runtime.nanos().getAsLong() > 0;
    }

    private void renew(long now) {
        if (!owned()) {
            queues.dropWaiting();
        }
        lanes = jdbc.inTransaction(tx -> leases.renew(tx, lane -> queues.unsettled(lane) == 0));
        // from before the question: the database's lease ends later than what we believe
        leaseEnds = now + options.lease().toNanos();
        renewAt = now + options.lease().toNanos() / 3;
    }

    private void record(Tx tx, List<KeyQueues.Settled> settled) {
        rows.delete(
                tx,
                settled.stream()
                        .filter(KeyQueues.Settled::done)
                        .map(KeyQueues.Settled::delivery)
                        .toList());
        for (KeyQueues.Settled one : settled) {
            Throwable problem = one.problem();
            if (problem != null) {
                recordFailure(tx, one.delivery(), problem);
            }
        }
    }

    private void recordFailure(Tx tx, Delivery delivery, Throwable problem) {
        int attempts = delivery.attempts() + 1;
        String text = problem.toString();
        String error = text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR);
        if (isTransient(problem)) {
            // the message is not to blame: an outage, however long, must not set messages aside
            Duration pause = options.backoff().pause(TRANSIENT_PAUSE_LIKE_ATTEMPT, runtime.random());
            LOG.warn("{} waits {} because its handler cannot work now: {}", delivery.message(), pause, error);
            rows.retryLater(tx, delivery, delivery.attempts(), pause, error);
        } else if (attempts >= options.backoff().attempts()) {
            LOG.error("{} is set aside after {} attempts", delivery.message(), attempts, problem);
            rows.bury(tx, delivery, attempts, error);
        } else {
            Duration pause = options.backoff().pause(attempts, runtime.random());
            LOG.warn("{} failed {} times, comes again in {}: {}", delivery.message(), attempts, pause, error);
            rows.retryLater(tx, delivery, attempts, pause, error);
        }
    }

    private static boolean isTransient(Throwable problem) {
        return problem instanceof UnavailableException
                || problem instanceof ConflictException
                || problem instanceof UnknownOutcomeException;
    }
}
