package io.tallystick.message;

import io.tallystick.jdbc.Tx;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The allow-list of a participant: which command names of which channel are handled, with which type and by what. The
 * type comes from here and never from the message.
 */
final class CommandHandlers {
    private final Map<String, CommandHandler<?>> handlers = new TreeMap<>();

    record CommandHandler<C>(Address address, Class<C> type, Effect effect, Participant.KeyedHandler<C> handler) {
        Reply handle(Tx tx, String body, OperationKey key) throws Exception {
            return handler.handle(tx, Json.read(body, type), key);
        }
    }

    record Address(String channel, Phase phase, String command) {}

    void add(CommandHandler<?> handler) {
        Address address = handler.address();
        Names.require("channel", address.channel(), 100);
        Names.require("command", address.command(), 100);
        if (handlers.putIfAbsent(address.toString(), handler) != null) {
            throw new IllegalArgumentException("there are two handlers for " + address + "; remove one");
        }
    }

    Optional<CommandHandler<?>> find(Address address) {
        return Optional.ofNullable(handlers.get(address.toString()));
    }

    Collection<String> channels() {
        return handlers.values().stream()
                .map(handler -> handler.address().channel())
                .distinct()
                .toList();
    }

    Collection<String> known() {
        return handlers.keySet();
    }
}
