package io.tallystick.saga;

import io.tallystick.message.Channel;
import io.tallystick.message.Headers;
import io.tallystick.message.Message;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The word to participants that a saga has ended, which lets them forget what they keep to refuse late commands. Hearing it
 * twice does nothing. Thread-safe.
 */
final class Farewells {

    private final @Nullable Channel channel;

    Farewells(@Nullable Channel channel) {
        this.channel = channel;
    }

    static List<Message> of(SagaStore.Ended saga) {
        String id = saga.id().toString();
        Map<String, String> headers =
                Map.of(Headers.COMMAND, Headers.ENDED, Headers.SAGA, id, Headers.CORRELATION_ID, saga.correlationId());
        return saga.participants().stream()
                .map(target -> new Message(id + "/ended/" + target, target, id, headers, ""))
                .toList();
    }

    boolean canReach(SagaStore.Ended saga) {
        return channel != null || saga.participants().isEmpty();
    }

    /**
     * Returns when the channel has all of it.
     *
     * @throws io.tallystick.jdbc.TallystickException if it may not have
     */
    void tell(List<SagaStore.Ended> sagas) {
        List<Message> messages =
                sagas.stream().flatMap(saga -> of(saga).stream()).toList();
        if (channel != null && !messages.isEmpty()) {
            channel.send(messages);
        }
    }
}
