package io.tallystick.message;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handles one command in one transaction, through the barrier; sends nothing. */
final class CommandDispatcher {
    static final String UNKNOWN_COMMAND = "UNKNOWN_COMMAND";
    static final String MALFORMED_COMMAND = "MALFORMED_COMMAND";
    private static final int ATTEMPTS_ON_CONFLICT = 20;
    private static final Logger LOG = LoggerFactory.getLogger(CommandDispatcher.class);

    private final Jdbc jdbc;
    private final CommandHandlers handlers;
    private final MessageRuntime runtime;
    private final Barrier barrier = new Barrier();

    CommandDispatcher(Jdbc jdbc, CommandHandlers handlers, MessageRuntime runtime) {
        this.jdbc = jdbc;
        this.handlers = handlers;
        this.runtime = runtime;
    }

    /**
     * Returns the reply to send now that the transaction has committed, if the command wants one.
     *
     * @throws IllegalArgumentException if the message is no command; it will be set aside
     */
    Optional<Message> handle(Message message) {
        if (message.requireHeader(Headers.COMMAND).equals(Headers.ENDED)) {
            jdbc.run(tx -> barrier.markEnded(tx, message.requireHeader(Headers.SAGA), runtime.now()));
            return Optional.empty();
        }
        OperationKey key = OperationKey.of(message);
        long epoch = Long.parseLong(message.header(Headers.EPOCH).orElse("0"));
        Passage passage = jdbc.withRetryOnConflict(ATTEMPTS_ON_CONFLICT, tx -> pass(tx, message, key, epoch));
        return answer(message, passage);
    }

    private Passage pass(Tx tx, Message message, OperationKey key, long epoch) throws Exception {
        var address =
                new CommandHandlers.Address(message.channel(), key.phase(), message.requireHeader(Headers.COMMAND));
        var found = handlers.find(address);
        if (found.isEmpty()) {
            LOG.warn("{} asks for {}, known are {}; it is refused", message, address, handlers.known());
            // through the barrier: once refused it stays refused, also by an instance of a newer version that knows it
            return barrier.pass(
                    tx,
                    key,
                    epoch,
                    Effect.TRANSACTIONAL,
                    () -> Reply.refused(
                            UNKNOWN_COMMAND, "no handler for " + address.command() + " on " + address.channel()));
        }
        var handler = found.get();
        return barrier.pass(tx, key, epoch, handler.effect(), () -> {
            try {
                return handler.handle(tx, message.body(), key);
            } catch (MalformedBodyException e) {
                LOG.warn("{} is refused: {}", message, e.getMessage());
                return Reply.refused(MALFORMED_COMMAND, String.valueOf(e.getMessage()));
            }
        });
    }

    private static Optional<Message> answer(Message message, Passage passage) {
        if (passage.kind() == Passage.Kind.STALE) {
            LOG.warn("{} is dropped without a reply: {}", message, passage.reply());
            return Optional.empty();
        }
        LOG.debug("{}: {}", message, passage.kind());
        return passage.reply().to(message);
    }
}
