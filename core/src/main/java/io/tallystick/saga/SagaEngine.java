package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs sagas on a database. Any number of engines share one: each owns the sagas it started, and takes over those of an
 * engine whose lease ran out. Thread-safe; close it to hand its sagas over at once.
 *
 * <pre>{@code
 * try (SagaEngine sagas = SagaEngine.on(dataSource).register(transfer).start()) {
 *     SagaId id = sagas.start(transfer, "transfer-42", new Transfer(...));
 *     SagaOutcome outcome = sagas.await(id, Duration.ofSeconds(5));
 * }
 * }</pre>
 */
public final class SagaEngine implements AutoCloseable {

    private static final Duration FIRST_LOOK = Duration.ofMillis(100);
    private static final Duration NEXT_LOOK = Duration.ofMillis(500);

    private final EngineSettings settings;
    private final Definitions definitions;
    private final Waiters waiters;
    private final PayloadCodec codec;
    private final EngineHost host;

    SagaEngine(EngineSettings settings, Definitions definitions, Waiters waiters, PayloadCodec codec, EngineHost host) {
        this.settings = settings;
        this.definitions = definitions;
        this.waiters = waiters;
        this.codec = codec;
        this.host = host;
    }

    /** Begins an engine on the database that holds the sagas; local steps run there too. */
    public static SagaEngineBuilder on(DataSource dataSource) {
        return new SagaEngineBuilder(dataSource);
    }

    /**
     * Starts a saga. It is durable when this returns. Starting again with the same business key starts nothing and returns
     * the saga that is there.
     *
     * @throws RejectedException if the payload cannot be stored or the type is not registered
     * @throws UnavailableException if the engine is full or stopped: nothing was started
     * @throws UnknownOutcomeException if the database did not answer in time: start again with the same key
     */
    public <D> SagaId start(SagaDefinition<D> definition, String businessKey, D payload) {
        return start(definition, businessKey, null, payload);
    }

    /** As {@link #start(SagaDefinition, String, Object)}, with the id that joins it to a larger business transaction. */
    public <D> SagaId start(
            SagaDefinition<D> definition, String businessKey, @Nullable String correlationId, D payload) {
        SagaHead head = head(definition, businessKey, correlationId);
        return waitFor(begin(head, definition, payload, false), businessKey, settings.startTimeout());
    }

    private <D> CompletableFuture<SagaId> begin(
            SagaHead head, SagaDefinition<D> definition, D payload, boolean awaited) {
        CompletableFuture<SagaId> started = new CompletableFuture<>();
        Payload encoded = Payload.of(codec.encode(payload), payload);
        host.offerStart(new LoopInput.Start(head, definition.graph(), encoded, awaited, started));
        return started;
    }

    private SagaHead head(SagaDefinition<?> definition, String businessKey, @Nullable String correlationId) {
        if (definitions.find(definition.hash()).isEmpty()) {
            definitions.latest(definition.type());
            throw new RejectedException("this version of '" + definition.type() + "' (" + definition.hash()
                    + ") is not registered with this engine. Add .register(definition) before .start()");
        }
        if (businessKey.isBlank() || businessKey.length() > 200) {
            throw new RejectedException("'" + businessKey
                    + "' is not a business key: expected 1 to 200 characters that name the transaction");
        }
        return host.head(businessKey, correlationId);
    }

    private SagaId waitFor(CompletableFuture<SagaId> started, String businessKey, Duration atMost) {
        try {
            return started.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new UnknownOutcomeException("saga '" + businessKey + "' was not stored within " + atMost
                    + "; it may still be. Start it again with the same key");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownOutcomeException("interrupted while saga '" + businessKey + "' was being stored", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Starts a saga in the caller's transaction: it exists if and when the caller commits. The engine picks it up at its
     * next heartbeat.
     */
    public <D> SagaId start(Connection connection, SagaDefinition<D> definition, String businessKey, D payload) {
        return start(Tx.of(connection), definition, businessKey, payload);
    }

    /** As {@link #start(Connection, SagaDefinition, String, Object)}; with a transaction of ours it begins right after the commit. */
    public <D> SagaId start(Tx tx, SagaDefinition<D> definition, String businessKey, D payload) {
        SagaHead head = head(definition, businessKey, null);
        return host.startIn(tx, head, definition, codec.encode(payload));
    }

    /**
     * Starts a saga and waits until it settles, with one wake-up instead of two. A saga that begins with local steps is
     * stored together with them: until they are committed there is no saga, and what goes wrong with them before leaves
     * none behind unless their outcome is stored.
     *
     * @return how far it came within the time; {@link SagaOutcome#stillRunning} is no failure
     */
    public <D> SagaOutcome run(SagaDefinition<D> definition, String businessKey, D payload, Duration atMost) {
        SagaHead head = head(definition, businessKey, null);
        CompletableFuture<SagaOutcome> settled = waiters.register(head.id());
        try {
            CompletableFuture<SagaId> started = begin(head, definition, payload, true);
            var unused = started.whenComplete((id, failure) -> {
                if (!head.id().equals(id)) {
                    settled.cancel(false); // refused, or another saga has the key
                }
            });
            Duration first = atMost.compareTo(FIRST_LOOK) < 0 ? atMost : FIRST_LOOK;
            try {
                return settled.get(Math.max(0, first.toMillis()), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | CancellationException e) {
                Duration longest = atMost.compareTo(settings.startTimeout()) > 0 ? atMost : settings.startTimeout();
                return await(waitFor(started, businessKey, longest), atMost.minus(first));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownOutcomeException(
                    "interrupted while saga '" + businessKey + "' was running; it goes on", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            waiters.forget(head.id(), settled);
        }
    }

    /** Waits until the saga has ended or is parked, at most as long as said. It may belong to another engine. */
    public SagaOutcome await(SagaId saga, Duration atMost) {
        CompletableFuture<SagaOutcome> settled = waiters.register(saga);
        try {
            long left = atMost.toMillis();
            long slice = Math.min(left, FIRST_LOOK.toMillis());
            while (true) {
                try {
                    return settled.get(Math.max(0, slice), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    left -= slice;
                    SagaOutcome stored = host.outcome(saga);
                    if (left <= 0 || !stored.stillRunning()) {
                        return stored;
                    }
                    slice = Math.min(left, NEXT_LOOK.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownOutcomeException("interrupted while waiting for saga " + saga + "; it goes on", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            waiters.forget(saga, settled);
        }
    }

    /** Asks a saga to turn back. @throws RejectedException with the reason if it no longer can */
    public void cancel(SagaId saga, String by, String why) {
        demand(saga, new SagaEvent.CancelRequested(by, why));
    }

    /** A person steps in. @throws RejectedException with what is possible instead */
    public void intervene(SagaId saga, Intervention intervention) {
        demand(saga, new SagaEvent.Intervened(intervention));
    }

    private void demand(SagaId saga, SagaEvent event) {
        String refusal = host.demand(saga, event, settings.startTimeout());
        if (refusal != null) {
            throw new RejectedException("saga " + saga + ": " + refusal);
        }
    }

    /** How many unfinished sagas this engine holds. */
    public int live() {
        return host.live();
    }

    /** This engine's number among those that share the store. */
    public int number() {
        return host.lease().engine();
    }

    /** Stops, and gives its sagas to the other engines at once. What runs is done again there, under the same keys. */
    @Override
    public void close() {
        host.close();
    }
}
