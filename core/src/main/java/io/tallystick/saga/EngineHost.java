package io.tallystick.saga;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.message.Channel;
import io.tallystick.saga.EngineRuntime.DatabaseClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an engine has around its {@link SagaLoop}: the crew that drives it, and a thread that renews the lease, looks for requests and
 * takes over from engines that fell silent. An engine that was itself taken over comes back as a new one.
 */
final class EngineHost implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EngineHost.class);
    private static final int PAGE = 500;

    private final SagaStore store;
    private final EngineSettings settings;
    private final Parts parts;
    private final Outside outside;
    private final ScheduledExecutorService later =
            Executors.newScheduledThreadPool(2, EngineRuntime.daemon("tally-heartbeat-"));
    private final DatabaseClock clock;
    private final SagaRetention retention;
    private volatile Session session;
    private volatile boolean closed;
    private Instant renewAt = Instant.MIN;
    /** Entered, but not begun: by the thread that opens sessions. */
    private SagaStore.@Nullable Lease joined;

    /** What does not change when the engine comes back under a new number. */
    record Parts(Definitions definitions, Waiters waiters, PayloadCodec codec, SagaMetrics metrics) {}

    /** The ways out of the process. */
    record Outside(@Nullable Channel channel, Function<String, URI> services, HttpClient http) {}

    /**
     * One life of the engine under one number.
     *
     * @param handed requests that the loop has, or has answered since they were read
     */
    private record Session(SagaLoop loop, LiveRunner runner, SagaIds ids, LoopCrew crew, Set<Long> handed) {}

    EngineHost(SagaStore store, EngineSettings settings, Parts parts, Outside outside) {
        this.store = store;
        this.settings = settings;
        this.parts = parts;
        this.outside = outside;
        this.clock = new DatabaseClock(store.now());
        this.retention = new SagaRetention(
                store, settings.retention(), new Farewells(outside.channel()), parts.metrics(), clock);
        parts.definitions().all().forEach(definition -> store.define(definition.graph()));
        this.session = open();
    }

    void start() {
        begin(session);
        var unused = later.scheduleWithFixedDelay(
                this::beat,
                settings.heartbeat().toMillis(),
                settings.heartbeat().toMillis(),
                TimeUnit.MILLISECONDS);
        retention.start(settings.name(), this::lease);
    }

    private Session open() {
        SagaStore.Lease lease = number();
        clock.set(lease.until().minus(settings.lease()));
        SagaIds ids = new SagaIds(clock, lease.engine());
        // The runner's answers need the loop and the loop needs the runner; replies only come once both are there.
        CompletableFuture<SagaLoop> loop = new CompletableFuture<>();
        CommandRunner commands =
                new CommandRunner(outside.channel(), parts.codec(), settings.replyChannel(lease.engine()), event -> {
                    loop.join().offer(event);
                    return java.util.Objects.requireNonNull(event.taken());
                });
        LoopCrew crew = new LoopCrew(EngineRuntime.stepExecutor(settings.name(), settings.threads()));
        LiveRunner runner = new LiveRunner(
                parts.definitions(),
                parts.codec(),
                crew,
                later,
                new LiveRunner.Ways(
                        new LocalRunner(store, parts.codec(), clock),
                        new CallRunner(parts.codec()),
                        new HttpRunner(outside.http(), outside.services(), parts.codec(), clock),
                        commands));
        SagaLoop.Wiring wiring =
                new SagaLoop.Wiring(parts.definitions(), parts.waiters(), parts.metrics(), ids, settings.batch());
        loop.complete(new SagaLoop(store, lease, runner, wiring, clock));
        try {
            commands.start();
        } catch (RuntimeException e) {
            runner.close();
            throw e;
        }
        joined = null;
        return new Session(loop.join(), runner, ids, crew, ConcurrentHashMap.newKeySet());
    }

    /** The number of a try that failed is used again: while a channel is away for long, the numbers would run out. */
    private SagaStore.Lease number() {
        SagaStore.Lease before = joined;
        if (before != null) {
            try {
                joined = store.renew(before, settings.lease());
                return joined;
            } catch (SagaStore.Fenced e) {
                LOG.debug("number {} was taken over before it did anything", before.engine());
            }
        }
        joined = store.join(settings.name(), settings.lease());
        return joined;
    }

    private void begin(Session begun) {
        begun.crew()
                .start(
                        EngineRuntime.daemon("tally-saga-" + settings.name() + "-"),
                        begun.loop(),
                        why -> ended(begun.loop(), why));
        LOG.info(
                "saga engine '{}' runs as number {}",
                settings.name(),
                begun.loop().lease().engine());
    }

    private void ended(SagaLoop loop, @Nullable Throwable why) {
        if (why == null || why instanceof InterruptedException) {
            loop.abort(new UnavailableException("the saga engine '" + settings.name() + "' is closed"));
            return;
        }
        if (why instanceof SagaStore.Fenced) {
            LOG.warn("{}", why.getMessage());
            loop.abort(new UnknownOutcomeException(String.valueOf(why.getMessage()), why));
        } else { // a loop that nobody drives would leave the engine half alive
            LOG.error("saga engine '{}' stops its sagas and comes back under a new number", settings.name(), why);
            loop.abort(new UnknownOutcomeException("the saga engine failed: " + why.getMessage(), why));
        }
        comeBack();
    }

    /** What is in memory is forgotten; the sagas are read again from whoever has them by then. */
    private void comeBack() {
        if (!closed) {
            boolean unused = Thread.interrupted(); // what an attempt left behind must not keep the engine away
        }
        session.runner().close();
        leave(session.loop().lease());
        while (!closed) {
            try {
                Session next = open();
                session = next;
                begin(next);
                if (closed) {
                    end(next); // whoever closed may have seen the session before
                }
                return;
            } catch (RuntimeException e) {
                LOG.warn("saga engine '{}' cannot come back yet", settings.name(), e);
                try {
                    EngineRuntime.pause(settings.heartbeat());
                } catch (InterruptedException stop) {
                    return;
                }
            }
        }
    }

    private void end(Session last) {
        last.crew().stop(settings.startTimeout());
        last.runner().close();
        later.shutdownNow();
        retention.close();
        leave(last.loop().lease());
    }

    /** Everything that must happen now and then; a failure is tried again at the next beat. */
    private void beat() {
        Session current = session;
        try {
            renewAndTakeOver(current);
            List<SagaStore.Request> open = store.requests(current.loop().lease(), PAGE);
            current.handed().retainAll(open.stream().map(SagaStore.Request::id).toList());
            open.forEach(request -> hand(current, request));
        } catch (SagaStore.Fenced | ConflictException e) {
            LOG.warn("lease lost: {}", e.getMessage());
            current.loop().usurp();
        } catch (TallystickException e) {
            LOG.warn("heartbeat of saga engine '{}': {}", settings.name(), e.getMessage());
        } catch (RuntimeException | Error e) { // thrown on, it would silently end all beats, and with them the lease
            LOG.error("heartbeat of saga engine '{}'", settings.name(), e);
        }
    }

    private void renewAndTakeOver(Session current) {
        Instant now = clock.instant();
        if (now.isBefore(renewAt)) {
            return;
        }
        SagaStore.Lease lease = store.renew(current.loop().lease(), settings.lease());
        clock.set(lease.until().minus(settings.lease()));
        current.loop().renewed(lease);
        renewAt = now.plus(
                settings.lease().dividedBy(6).compareTo(Duration.ofSeconds(1)) < 0
                        ? settings.lease().dividedBy(6)
                        : Duration.ofSeconds(1));
        int taken = store.takeOver(lease);
        if (taken > 0) {
            LOG.info("saga engine '{}' took over {} sagas", settings.name(), taken);
            parts.metrics().tookOver(taken);
            loadAll(current, lease);
        }
    }

    private void loadAll(Session current, SagaStore.Lease lease) {
        SagaId after = null;
        while (true) {
            List<SagaStore.StoredSaga> page = store.mine(lease, after, PAGE);
            for (SagaStore.StoredSaga stored : page) {
                SagaId id = stored.start().head().id();
                current.loop().offer(new LoopInput.Load(id, stored));
                after = id;
            }
            if (page.size() < PAGE) {
                return;
            }
        }
    }

    /**
     * A request stays in the store until its answer is stored with it, and may be read once more just before that. Handed over twice it
     * would be granted first and refused then, and the person would hear the refusal of what has happened.
     */
    private void hand(Session current, SagaStore.Request request) {
        SagaEvent event = request.event();
        if (event == null) {
            current.loop().offer(new LoopInput.Load(request.saga(), null));
            answer(current, request, null);
            return;
        }
        if (!current.handed().add(request.id())) {
            return;
        }
        CompletableFuture<@Nullable String> taken = new CompletableFuture<>();
        var unused = taken.whenComplete((refusal, failure) -> {
            if (failure != null) {
                current.handed().remove(request.id());
            } else if (refusal != null) {
                answer(current, request, refusal);
            }
        });
        current.loop().offer(new LoopInput.Event(request.saga(), event, request.id(), taken));
    }

    private void answer(Session current, SagaStore.Request request, @Nullable String refusal) {
        SagaStore.Verdict verdict = new SagaStore.Verdict(request.id(), refusal);
        var unused = later.submit(() -> {
            try {
                store.write(
                        current.loop().lease(), new SagaStore.Batch(List.of(), List.of(), List.of(), List.of(verdict)));
            } catch (RuntimeException e) {
                LOG.debug("request {} is answered at the next beat", request.id(), e);
                current.handed().remove(request.id());
            }
        });
    }

    // ---- what the engine asks for

    void offerStart(LoopInput.Start start) {
        SagaLoop loop = session.loop();
        refuseWhenClosedOrFull(loop);
        loop.offer(start);
    }

    /** Before anything is stored. What has begun already is never refused: neither its sub-sagas nor what is taken over. */
    private void refuseWhenClosedOrFull(SagaLoop loop) {
        if (closed) {
            throw new UnavailableException("the saga engine '" + settings.name() + "' is closed; nothing was started");
        }
        int live = loop.live();
        if (live >= settings.inMemory()) {
            throw new UnavailableException("the saga engine '" + settings.name() + "' holds " + live
                    + " unfinished sagas, its limit is " + settings.inMemory()
                    + "; nothing was started. Look at: tally saga list --state parked");
        }
    }

    SagaHead head(String businessKey, @Nullable String correlationId) {
        SagaId id = session.ids().next();
        return new SagaHead(
                id, businessKey, correlationId == null ? id.toString() : correlationId, clock.instant(), null);
    }

    SagaId startIn(Tx tx, SagaHead head, SagaDefinition<?> definition, String payload) {
        SagaStore.NewSaga start =
                new SagaStore.NewSaga(head, definition.type(), definition.hash(), payload, SagaStatus.RUNNING);
        SagaLoop loop = session.loop();
        refuseWhenClosedOrFull(loop);
        SagaId existing = store.startIn(tx, loop.lease(), start).existing().get(head.id());
        if (existing != null) {
            return existing;
        }
        if (tx.hasCommitHooks()) {
            tx.afterCommit(() -> loop.offer(new LoopInput.Load(head.id(), null)));
        }
        return head.id();
    }

    SagaOutcome outcome(SagaId saga) {
        SagaStore.StoredSaga stored = store.load(saga)
                .orElseThrow(() -> new RejectedException("there is no saga " + saga
                        + " in this store; it may have been purged. List sagas with: tally saga list"));
        return new SagaReplay(parts.definitions())
                .state(stored)
                .map(SagaOutcome::of)
                .orElseGet(() -> new SagaOutcome(
                        saga, stored.start().status(), stored.start().payload(), null));
    }

    @Nullable
    String demand(SagaId saga, SagaEvent event, Duration atMost) {
        CompletableFuture<@Nullable String> taken = new CompletableFuture<>();
        session.loop().offer(new LoopInput.Event(saga, event, 0, taken));
        try {
            return taken.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new UnknownOutcomeException("saga " + saga + ": not stored within " + atMost + "; it may still be");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownOutcomeException("interrupted while saga " + saga + " was asked", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    int live() {
        return session.loop().live();
    }

    SagaStore.Lease lease() {
        return session.loop().lease();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        end(session);
        store.close();
    }

    /** Its sagas need not wait until the lease has run out. */
    private void leave(SagaStore.Lease lease) {
        try {
            store.leave(lease);
        } catch (TallystickException e) {
            LOG.warn(
                    "saga engine '{}' could not give up its lease; it runs out by itself: {}",
                    settings.name(),
                    e.getMessage());
        }
    }
}
