package io.tallystick.examples.service;

import io.tallystick.message.Channel;
import io.tallystick.message.Headers;
import io.tallystick.message.Message;
import io.tallystick.message.MessageHandler;
import io.tallystick.message.Subscription;
import java.util.List;

/** A channel whose commands may arrive twice or be answered late, and whose replies may be lost. Thread-safe. */
final class FaultyChannel implements Channel {

    private final Channel channel;
    private final Faults faults;

    FaultyChannel(Channel channel, Faults faults) {
        this.channel = channel;
        this.faults = faults;
    }

    @Override
    public void send(List<Message> messages) {
        List<Message> kept = messages.stream().filter(this::arrives).toList();
        if (!kept.isEmpty()) {
            channel.send(kept);
        }
    }

    private boolean arrives(Message message) {
        if (message.header(Headers.OUTCOME).isEmpty()) {
            return true;
        }
        faults.dawdle();
        return !faults.losesReply();
    }

    @Override
    public Subscription subscribe(String name, MessageHandler handler) {
        return channel.subscribe(name, message -> {
            if (faults.duplicates()) {
                handler.handle(message);
            }
            handler.handle(message);
        });
    }

    @Override
    public void close() {
        channel.close();
    }
}
