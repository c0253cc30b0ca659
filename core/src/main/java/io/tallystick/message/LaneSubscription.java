package io.tallystick.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads around a {@link LaneConsumer}: one that polls, a few that handle. All are daemons. */
final class LaneSubscription implements Subscription {
    private static final long LONGEST_ERROR_PAUSE = Duration.ofSeconds(5).toNanos();
    private static final Logger LOG = LoggerFactory.getLogger(LaneSubscription.class);

    private final LaneConsumer consumer;
    private final JdbcChannel.Options options;
    private final Runnable onClose;
    private final List<Thread> workers = new ArrayList<>();
    private final Thread poller;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    LaneSubscription(LaneConsumer consumer, JdbcChannel.Options options, Runnable onClose) {
        this.consumer = consumer;
        this.options = options;
        this.onClose = onClose;
        this.poller = thread("poll", this::poll);
        for (int i = 1; i <= options.workers(); i++) {
            workers.add(thread("work-" + i, this::work));
        }
        workers.forEach(Thread::start);
        poller.start();
    }

    void wake() {
        consumer.signal().raise();
    }

    LaneConsumer consumer() {
        return consumer;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.run();
            stopped.countDown();
            consumer.stop();
            joinUnlessSelf(poller);
            workers.forEach(LaneSubscription::joinUnlessSelf);
            leave();
        }
    }

    private Thread thread(String role, Runnable body) {
        Thread thread = new Thread(body, "tally-channel-" + consumer.channel() + "-" + role);
        thread.setDaemon(true);
        return thread;
    }

    private void work() {
        try {
            while (consumer.work()) {
                // the next one
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll() {
        long pause = options.busyPoll().toNanos();
        try {
            while (!closed.get()) {
                pause = pollOnce(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long pollOnce(long lastPause) throws InterruptedException {
        long busy = options.busyPoll().toNanos();
        long idle = options.idlePoll().toNanos();
        try {
            long pause = consumer.poll() > 0 ? busy : Math.min(idle, lastPause * 2);
            return consumer.signal().await(pause) ? busy : pause;
        } catch (RuntimeException
                | Error e) { // the only thread that reads: without it the subscription is deaf for ever
            long pause = Math.min(LONGEST_ERROR_PAUSE, Math.max(idle, lastPause * 2));
            LOG.warn("channel {} cannot be read, next try in {} ms", consumer.channel(), pause / 1_000_000, e);
            // deaf to signals: an error with many senders would spin
            boolean ended = stopped.await(pause, TimeUnit.NANOSECONDS);
            return ended ? busy : pause;
        }
    }

    private void leave() {
        try {
            consumer.leave();
        } catch (RuntimeException e) {
            LOG.warn(
                    "the lanes of channel {} were not given back; others take them when the lease ends",
                    consumer.channel(),
                    e);
        }
    }

    private static void joinUnlessSelf(Thread thread) {
        boolean interrupted = false;
        while (thread != Thread.currentThread() && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
