package io.tallystick.message;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.CommandHandlers.Address;
import io.tallystick.message.CommandHandlers.CommandHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * A service that takes part in sagas: handles commands in its own database, each once however often it arrives, and
 * answers on the channel that the command names. Runs on the channel's threads until closed.
 *
 * <pre>{@code
 * try (Participant transfers = Participant.on(dataSource).listen(channel)
 *         .command("transfer.commands", "RecordTransfer", RecordTransfer.class, (tx, command) -> record(tx, command))
 *         .compensation("transfer.commands", "CancelTransfer", CancelTransfer.class, (tx, command) -> cancel(tx, command))
 *         .start()) { ... }
 * }</pre>
 *
 * <p>The handler writes with the transaction it is given. When it returns {@link Reply.Refused} what it wrote is
 * undone and the refusal is stored; when it throws, nothing is stored and the command comes again. After the commit the
 * reply is sent; if that fails the command comes again and the stored reply is sent.
 */
public final class Participant implements AutoCloseable {
    private static final Duration LOOK_FOR_ENDED = Duration.ofMinutes(10);

    private final List<Subscription> subscriptions = new ArrayList<>();
    private final BarrierRetention retention;

    private Participant(Builder builder) {
        Jdbc jdbc = Jdbc.on(builder.dataSource);
        var dispatcher = new CommandDispatcher(jdbc, builder.handlers, builder.runtime);
        for (String name : builder.handlers.channels()) {
            subscriptions.add(builder.channel.subscribe(
                    name, message -> dispatcher.handle(message).ifPresent(builder.channel::send)));
        }
        retention = BarrierRetention.start(jdbc, builder.runtime, builder.keepEnded, LOOK_FOR_ENDED);
    }

    /**
     * Starts to describe a participant whose business tables, barrier and stored replies are in this database.
     *
     * @param dataSource a pool; one connection is used for each command that is being handled
     */
    public static Listening on(DataSource dataSource) {
        return channel -> new Builder(dataSource, channel);
    }

    /** Stops listening and waits for commands that are being handled. */
    @Override
    public void close() {
        retention.close();
        subscriptions.forEach(Subscription::close);
    }

    /** Does what a command says. */
    @FunctionalInterface
    public interface Handler<C> {
        /**
         * Called at most once at a time for one operation, in the transaction that also stores the reply.
         *
         * @throws Exception if nothing was decided; the transaction is rolled back and the command comes again
         */
        Reply handle(Tx tx, C command) throws Exception;
    }

    /** A {@link Handler} that hands the operation's key on to the service it calls. */
    @FunctionalInterface
    public interface KeyedHandler<C> {
        /** See {@link Handler#handle}. */
        Reply handle(Tx tx, C command, OperationKey key) throws Exception;
    }

    /** The step between the database and the handlers: the channels that commands come from and replies go to. */
    @FunctionalInterface
    public interface Listening {
        /** Names the port through which commands arrive and replies leave. The participant does not close it. */
        Builder listen(Channel channel);
    }

    /** Collects the handlers; not thread-safe. */
    public static final class Builder {
        /** Four times the seven days for which a broker keeps messages if nobody tells it otherwise, and two days. */
        private static final Duration MONTH = Duration.ofDays(30);

        private static final Duration SHORTEST = Duration.ofHours(1);

        private final DataSource dataSource;
        private final Channel channel;
        private final CommandHandlers handlers = new CommandHandlers();
        private MessageRuntime runtime = MessageRuntime.system();
        private Duration keepEnded = MONTH;

        private Builder(DataSource dataSource, Channel channel) {
            this.dataSource = dataSource;
            this.channel = channel;
        }

        /** Handles an action whose work is all done in the given transaction. */
        public <C> Builder command(String channelName, String name, Class<C> type, Handler<C> handler) {
            return add(Phase.ACTION, channelName, name, type, Effect.TRANSACTIONAL, keyless(handler));
        }

        /** Handles an action that also works outside the transaction; it must hand the key on to whom it calls. */
        public <C> Builder externalCommand(String channelName, String name, Class<C> type, KeyedHandler<C> handler) {
            return add(Phase.ACTION, channelName, name, type, Effect.EXTERNAL, handler);
        }

        /** Handles the compensation of an action handled by {@link #command}. */
        public <C> Builder compensation(String channelName, String name, Class<C> type, Handler<C> handler) {
            return add(Phase.COMPENSATION, channelName, name, type, Effect.TRANSACTIONAL, keyless(handler));
        }

        /**
         * Handles the compensation of an action handled by {@link #externalCommand}. It is called also when nothing
         * proves that the action happened, and must bear that.
         */
        public <C> Builder externalCompensation(
                String channelName, String name, Class<C> type, KeyedHandler<C> handler) {
            return add(Phase.COMPENSATION, channelName, name, type, Effect.EXTERNAL, handler);
        }

        /**
         * How long after the end of a saga its barrier rows and stored replies are kept, 30 days if not told: longer than any
         * message of it can still arrive. A command that comes later is taken for a new one; so it must also be longer than dead messages
         * lie before somebody sends them again. Rows of sagas that have not ended are kept, however old they are.
         *
         * @throws IllegalArgumentException if it is less than an hour
         */
        public Builder keepEnded(Duration length) {
            if (length.compareTo(SHORTEST) < 0) {
                throw new IllegalArgumentException("keepEnded = " + length
                        + ", expected at least 1 h: a message that comes after it is taken for a new one");
            }
            this.keepEnded = length;
            return this;
        }

        /** Takes time from elsewhere than the system; for simulations. */
        public Builder runtime(MessageRuntime given) {
            this.runtime = given;
            return this;
        }

        /** Subscribes to every channel that a handler was given for. */
        public Participant start() {
            if (handlers.channels().isEmpty()) {
                throw new IllegalArgumentException("a participant without handlers hears nothing; call command(...)");
            }
            return new Participant(this);
        }

        private static <C> KeyedHandler<C> keyless(Handler<C> handler) {
            return (tx, command, key) -> handler.handle(tx, command);
        }

        private <C> Builder add(
                Phase phase, String channelName, String name, Class<C> type, Effect effect, KeyedHandler<C> handler) {
            handlers.add(new CommandHandler<>(new Address(channelName, phase, name), type, effect, handler));
            return this;
        }
    }
}
