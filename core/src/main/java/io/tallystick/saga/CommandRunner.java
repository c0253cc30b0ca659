package io.tallystick.saga;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.message.Channel;
import io.tallystick.message.Headers;
import io.tallystick.message.Message;
import io.tallystick.message.Phase;
import io.tallystick.message.Reply;
import io.tallystick.message.Subscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends attempts as command messages and turns replies into answers. The durable intent is the outbox: a command that was
 * lost is sent again under the same key when no reply comes. One thread sends whatever has gathered as one batch; a reply
 * is acknowledged once what follows from it is stored.
 */
final class CommandRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CommandRunner.class);
    private static final int BATCH = 256;

    private final @Nullable Channel channel;
    private final PayloadCodec codec;
    private final String replyTo;
    private final Function<LoopInput.Event, CompletableFuture<@Nullable String>> answers;
    private final LinkedBlockingQueue<Outgoing> queue = new LinkedBlockingQueue<>();
    private final Map<SagaId, Map<StepToken, Function<Reply, SagaEvent.Answer>>> awaited = new ConcurrentHashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private volatile boolean closed;

    /** One command on its way. */
    private record Outgoing(Message message, @Nullable StepToken token, Consumer<SagaEvent.Answer> answer) {
        void notSent(Exception why) {
            if (token != null) {
                answer.accept(new SagaEvent.StepUnknown(token, "not sent: " + Failures.words(why), false));
            }
        }
    }

    /** @param answers takes an answer that came as a reply; completes once what follows from it is stored */
    CommandRunner(
            @Nullable Channel channel,
            PayloadCodec codec,
            String replyTo,
            Function<LoopInput.Event, CompletableFuture<@Nullable String>> answers) {
        this.channel = channel;
        this.codec = codec;
        this.replyTo = replyTo;
        this.answers = answers;
    }

    void start() {
        if (channel == null) {
            return;
        }
        Subscription replies = channel.subscribe(replyTo, this::onReply);
        Thread sender = EngineRuntime.daemon("tally-commands-").newThread(() -> sendAll(channel));
        sender.start();
        open.add(replies);
        open.add(sender::interrupt);
    }

    <D> void send(StepWork.Command<D> work, Invocation attempt, D payload, Consumer<SagaEvent.Answer> answer) {
        if (channel == null) {
            throw new RejectedException("step " + attempt.token() + " sends a command to '" + work.channel()
                    + "', but the engine has no channel: add .channel(...) before .start()");
        }
        Function<D, ?> what = attempt.compensates() ? Objects.requireNonNull(work.compensation()) : work.action();
        Object command = Objects.requireNonNull(what.apply(payload));
        Message message = new Message(
                attempt.key() + "/" + attempt.token().attempt(),
                work.channel(),
                attempt.state().id().toString(),
                headers(attempt, command),
                codec.encode(command));
        boolean takesReply = !attempt.compensates();
        Function<Reply, SagaEvent.Answer> meaning =
                reply -> Answers.of(attempt, payload, reply, takesReply ? work.onReply() : null, codec);
        awaited.computeIfAbsent(attempt.state().id(), id -> new ConcurrentHashMap<>())
                .put(attempt.token(), meaning);
        queue.add(new Outgoing(message, attempt.token(), answer));
    }

    private Map<String, String> headers(Invocation attempt, Object command) {
        Map<String, String> headers = new HashMap<>();
        headers.put(Headers.CORRELATION_ID, attempt.state().head().correlationId());
        headers.put(Headers.CAUSATION_ID, attempt.state().id().toString());
        headers.put(Headers.SAGA, attempt.state().id().toString());
        headers.put(Headers.STEP, attempt.token().step());
        headers.put(Headers.PHASE, attempt.token().phase().word());
        headers.put(Headers.EXECUTION, String.valueOf(attempt.token().execution()));
        headers.put(Headers.ATTEMPT, String.valueOf(attempt.token().attempt()));
        headers.put(Headers.EPOCH, String.valueOf(attempt.epoch()));
        headers.put(Headers.DEFINITION, attempt.state().graph().toString());
        headers.put(Headers.OPERATION, attempt.key().toString());
        headers.put(Headers.COMMAND, command.getClass().getSimpleName());
        headers.put(Headers.REPLY_TO, replyTo);
        return headers;
    }

    /** The attempt is settled: its reply is no longer waited for. */
    void forget(SagaId saga, StepToken token) {
        awaited.computeIfPresent(saga, (id, known) -> {
            known.remove(token);
            return known.isEmpty() ? null : known;
        });
    }

    /** Participants keep what they need to refuse late commands until they hear this, and a while longer. */
    void ended(SagaState saga) {
        awaited.remove(saga.id());
        if (channel == null) {
            return;
        }
        Farewells.of(new SagaStore.Ended(
                        saga.id(), saga.head().correlationId(), saga.graph().participants()))
                .forEach(message -> queue.add(new Outgoing(message, null, answer -> {})));
    }

    private void sendAll(Channel out) {
        List<Outgoing> batch = new ArrayList<>();
        while (!closed) {
            try {
                batch.add(queue.take());
            } catch (InterruptedException e) {
                return;
            }
            queue.drainTo(batch, BATCH - 1);
            send(out, batch);
            batch.clear();
        }
    }

    private void send(Channel out, List<Outgoing> batch) {
        try {
            out.send(batch.stream().map(Outgoing::message).toList());
        } catch (RejectedException e) {
            refused(out, batch, e);
        } catch (UnavailableException | ConflictException e) {
            batch.forEach(lost -> lost.notSent(e));
        } catch (RuntimeException e) { // whatever it is, the only thread that sends must go on
            LOG.warn("{} commands may not have been sent; they are repeated when no reply comes", batch.size(), e);
        }
    }

    /** What the channel will never take stands alone: it must not use up the attempts of others. */
    private void refused(Channel out, List<Outgoing> batch, RejectedException why) {
        if (batch.size() > 1) {
            batch.forEach(one -> send(out, List.of(one)));
        } else {
            batch.forEach(lost -> lost.notSent(why));
        }
    }

    private void onReply(Message message) throws Exception {
        SagaId saga = SagaId.parse(message.requireHeader(Headers.SAGA));
        StepToken token = new StepToken(
                message.requireHeader(Headers.STEP),
                Phase.ofWord(message.requireHeader(Headers.PHASE)),
                Integer.parseInt(message.requireHeader(Headers.EXECUTION)),
                Integer.parseInt(message.requireHeader(Headers.ATTEMPT)));
        Function<Reply, SagaEvent.Answer> meaning =
                awaited.getOrDefault(saga, Map.of()).get(token);
        if (meaning == null) {
            LOG.debug("late or duplicate reply for {} of saga {}", token, saga);
            return;
        }
        CompletableFuture<@Nullable String> taken = new CompletableFuture<>();
        awaitStored(answers.apply(new LoopInput.Event(saga, meaning.apply(Reply.of(message)), 0, taken)), saga);
    }

    /** A store that is away is not the reply's fault: it comes again however long that takes. */
    private static void awaitStored(CompletableFuture<@Nullable String> taken, SagaId saga) throws Exception {
        try {
            taken.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } catch (TimeoutException e) {
            throw new UnavailableException("a reply for saga " + saga + " was not stored within 30 s", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.warn("closing the command channel", e);
            }
        }
    }
}
