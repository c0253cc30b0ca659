package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.message.Channel;
import io.tallystick.message.Message;
import io.tallystick.message.MessageHandler;
import io.tallystick.message.Phase;
import io.tallystick.message.Subscription;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Commands of several sagas that are sent as one batch. */
class CommandRunnerTest {

    record Order(int amount) {}

    private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

    private final SagaDefinition<Order> saga = Saga.define("booking", Order.class)
            .step("book")
            .command("accounts", order -> order)
            .build();

    /** Takes a batch whole or not at all, as a database and a broker do. */
    private static final class Picky implements Channel {
        final List<String> taken = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void send(List<Message> messages) {
            if (messages.stream().anyMatch(message -> message.body().contains("666"))) {
                throw new RejectedException("that is too much for me");
            }
            messages.forEach(message -> taken.add(message.body()));
        }

        @Override
        public Subscription subscribe(String channel, MessageHandler handler) {
            return () -> {};
        }

        @Override
        public void close() {}
    }

    private void send(CommandRunner runner, long id, int amount, CompletableFuture<SagaEvent.Answer> answer) {
        SagaHead head = new SagaHead(new SagaId(id), "k-" + id, "c-" + id, NOW, null);
        Order order = new Order(amount);
        Payload payload = Payload.of(new PayloadCodec().encode(order), order);
        SagaState state = SagaMachine.begin(head, saga.graph(), payload).next();
        StepToken token = new StepToken("book", Phase.ACTION, 1, 1);
        StepWork.Command<Order> work = (StepWork.Command<Order>) saga.work("book");
        runner.send(work, new Invocation(state, token, 1, NOW), order, answer::complete);
    }

    @Test
    void a_command_that_the_channel_will_never_take_costs_its_neighbours_no_attempt() {
        Picky channel = new Picky();
        CompletableFuture<SagaEvent.Answer> poison = new CompletableFuture<>();
        CompletableFuture<SagaEvent.Answer> before = new CompletableFuture<>();
        CompletableFuture<SagaEvent.Answer> behind = new CompletableFuture<>();
        try (CommandRunner runner =
                new CommandRunner(channel, new PayloadCodec(), "replies", event -> new CompletableFuture<>())) {
            send(runner, 1, 1, before);
            send(runner, 2, 666, poison);
            send(runner, 3, 3, behind);
            runner.start();

            Awaitility.await().until(() -> channel.taken.size() == 2 && poison.isDone());
        }
        assertThat(channel.taken).containsExactly("{\"amount\":1}", "{\"amount\":3}");
        assertThat(poison.join())
                .isInstanceOfSatisfying(
                        SagaEvent.StepUnknown.class,
                        unknown -> assertThat(unknown.mayHaveRun()).isFalse());
        assertThat(before).isNotDone();
        assertThat(behind).isNotDone();
    }
}
