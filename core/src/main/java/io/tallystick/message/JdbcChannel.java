package io.tallystick.message;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;

/**
 * Channels in tables of one PostgreSQL, MariaDB or MySQL database, for services that share it or need no broker; with
 * {@link #send(Tx, List)} also an outbox, whose subscriber passes the messages on to a broker. Consumers of any number
 * of processes share a channel by its sixteen lanes; when one dies the others take its lanes after the lease.
 * Thread-safe. Each subscription has its own threads, named {@code tally-channel-…}.
 */
public final class JdbcChannel implements Channel, DeadMessages {
    private final Jdbc jdbc;
    private final Options options;
    private final MessageRuntime runtime;
    private final MessageRows rows = new MessageRows();
    private final List<LaneSubscription> subscriptions = new CopyOnWriteArrayList<>();

    /**
     * How subscriptions work.
     *
     * @param workers handlers that run at the same time in each subscription
     * @param lease how long the lanes of a consumer that died stay with it; longer than the longest pause of the
     *     process (garbage collection, frozen virtual machine), or messages are delivered twice
     * @param busyPoll longest wait for messages of other processes while there is work; messages sent through this
     *     object are heard at once
     * @param idlePoll the same after a while without any
     * @param backoff pauses after failures, and after how many a message is set aside
     */
    public record Options(int workers, Duration lease, Duration busyPoll, Duration idlePoll, Backoff backoff) {
        public Options {
            if (workers < 1 || busyPoll.isNegative() || busyPoll.isZero() || idlePoll.compareTo(busyPoll) < 0) {
                throw new IllegalArgumentException("channel options with " + workers + " workers, polls of " + busyPoll
                        + " and " + idlePoll + ": expected at least one worker and 0 < busyPoll <= idlePoll");
            }
            if (lease.compareTo(Duration.ofMillis(300)) < 0 || lease.compareTo(idlePoll.multipliedBy(2)) < 0) {
                throw new IllegalArgumentException("channel lease of " + lease + " is too short: expected at least 300"
                        + " ms and twice idlePoll (" + idlePoll + "), so that it can be prolonged in time");
            }
        }

        /** 4 workers, 5 s lease, polls of 20 and 250 ms, {@link Backoff#standard()}. */
        public static Options standard() {
            return new Options(
                    4, Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(250), Backoff.standard());
        }
    }

    /** Channels in this database, with {@link Options#standard()}. Its tables are those of schema component message. */
    public static JdbcChannel on(DataSource dataSource) {
        return new JdbcChannel(dataSource, Options.standard(), MessageRuntime.system());
    }

    /** Channels in this database. */
    public JdbcChannel(DataSource dataSource, Options options, MessageRuntime runtime) {
        this.jdbc = Jdbc.on(dataSource);
        this.options = options;
        this.runtime = runtime;
    }

    @Override
    public void send(List<Message> messages) {
        if (messages.isEmpty()) {
            return;
        }
        jdbc.run(tx -> rows.insert(tx, messages));
        wake(messages);
    }

    /**
     * Sends within the caller's transaction: the messages leave if and when it commits.
     *
     * @throws io.tallystick.jdbc.TallystickException if the insert failed; the transaction must be rolled back
     */
    public void send(Tx tx, List<Message> messages) {
        if (messages.isEmpty()) {
            return;
        }
        rows.insert(tx, messages);
        if (tx.hasCommitHooks()) {
            tx.afterCommit(() -> wake(messages));
        }
    }

    @Override
    public Subscription subscribe(String channel, MessageHandler handler) {
        Names.require("channel", channel, 100);
        LaneConsumer consumer = new LaneConsumer(jdbc, channel, handler, options, runtime);
        LaneSubscription[] self = new LaneSubscription[1];
        self[0] = new LaneSubscription(consumer, options, () -> subscriptions.remove(self[0]));
        subscriptions.add(self[0]);
        return self[0];
    }

    @Override
    public List<DeadMessage> dead(String channel, int limit) {
        return jdbc.inTransaction(tx -> rows.dead(tx, channel, limit));
    }

    @Override
    public boolean retry(long number) {
        var message = jdbc.inTransaction(tx -> rows.revive(tx, number));
        message.ifPresent(revived -> wake(List.of(revived)));
        return message.isPresent();
    }

    @Override
    public void close() {
        subscriptions.forEach(LaneSubscription::close);
    }

    private void wake(List<Message> messages) {
        for (LaneSubscription subscription : subscriptions) {
            String channel = subscription.consumer().channel();
            if (messages.stream().anyMatch(message -> message.channel().equals(channel))) {
                subscription.wake();
            }
        }
    }
}
