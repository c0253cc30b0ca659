package io.tallystick.saga;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.saga.StepRunner.LocalResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the machine for all sagas of one engine: take what arrived, decide, store everything decided as one batch, then
 * perform the effects. While a batch is written the next one gathers, so the load itself sets the size of the batches.
 *
 * <p>Threads: {@link #offer} may be called by any, and {@link #await} beside another one that drives; everything else by one thread
 * at a time, with whatever hands it on making visible what the one before has done.
 */
final class SagaLoop {

    private static final Logger LOG = LoggerFactory.getLogger(SagaLoop.class);

    private final SagaStore store;
    private final StepRunner runner;
    private final Wiring wiring;
    private final InstantSource clock;
    private final LoopInbox inbox = new LoopInbox();
    private final Timers timers = new Timers();
    private final LiveSagas sagas;
    private final SubSagas subSagas;
    private final HandOver handOver;
    private final DecidedChanges changes;
    private volatile SagaStore.Lease lease;
    private volatile boolean usurped;
    private Instant now;

    /** What the loop needs besides its store, runner and clock. */
    record Wiring(Definitions definitions, Waiters waiters, SagaMetrics metrics, SagaIds ids, int batch) {}

    SagaLoop(SagaStore store, SagaStore.Lease lease, StepRunner runner, Wiring wiring, InstantSource clock) {
        this.store = store;
        this.runner = runner;
        this.wiring = wiring;
        this.clock = clock;
        this.lease = lease;
        this.now = clock.instant();
        this.changes = new DecidedChanges(store, wiring.metrics(), clock);
        this.sagas = new LiveSagas(wiring.definitions(), timers, inbox);
        this.subSagas = new SubSagas(
                store, wiring.definitions(), this::bring, sagas::stateOf, new SubSagas.Starts(wiring.ids(), clock));
        this.handOver = new HandOver(runner, timers, subSagas, this::bring, this::settled);
    }

    /** After the end nobody would ever take it: it fails at once instead of letting somebody wait. */
    void offer(LoopInput input) {
        inbox.add(input);
    }

    /** As {@link #offer}, without a waking where the caller drives the loop next. */
    private void bring(LoopInput input) {
        if (runner.drivesNext()) {
            inbox.bring(input);
        } else {
            inbox.add(input);
        }
    }

    /** The renewed lease; a loop whose lease has run out hands nothing over until it is renewed. */
    void renewed(SagaStore.Lease renewal) {
        this.lease = renewal;
    }

    /** The heartbeat found that another engine has taken over: the next round says so. */
    void usurp() {
        usurped = true;
    }

    SagaStore.Lease lease() {
        return lease;
    }

    int live() {
        return sagas.size();
    }

    /**
     * One bounded round. Returns how much it did.
     *
     * @throws SagaStore.Fenced when another engine has taken over
     */
    int poll() {
        if (usurped) {
            throw new SagaStore.Fenced(lease);
        }
        tick();
        if (now.isAfter(lease.until())) {
            return 0;
        }
        int work = 0;
        if (changes.isEmpty()) {
            for (LoopInput due : timers.due(now)) {
                take(due);
                work++;
            }
            // Only what is there now: an input that comes back until something is stored must not prevent that.
            LoopInput input;
            for (int left = inbox.size();
                    left > 0 && changes.size() < wiring.batch() && (input = inbox.poll()) != null;
                    left--) {
                take(input);
                work++;
            }
        }
        return work + store();
    }

    /** How long nothing is to be done unless something arrives, at most as long as said. */
    LoopPause pause(Duration most) {
        tick();
        if (now.isAfter(lease.until())) {
            // what is due must not be done before the lease is renewed; the database may be away for long
            return LoopPause.of(now, DecidedChanges.PAUSE_WHEN_STORE_FAILS, most, false);
        }
        Duration due = changes.isEmpty() ? timers.untilNext(now) : changes.untilStored(now);
        return LoopPause.of(now, due, most, changes.isEmpty());
    }

    /** Waits so long, or until something has arrived. May be called beside the thread that drives. */
    void await(LoopPause pause) throws InterruptedException {
        inbox.await(pause);
    }

    /** Whether nothing waits now and nothing falls due before that. */
    boolean isQuietUntil(Instant then) {
        Duration due = timers.untilNext(now);
        return inbox.isEmpty()
                && changes.isEmpty()
                && (due == null || !now.plus(due).isBefore(then));
    }

    /** Fails everything that waits, because the engine stops. */
    void abort(RuntimeException why) {
        changes.fail(why);
        sagas.lost(why);
        inbox.close(why);
    }

    private void tick() {
        Instant later = clock.instant();
        if (later.isAfter(now)) {
            now = later;
        }
    }

    // ---- deciding

    /** Whatever is wrong with one saga stops that one: the others have done nothing. */
    private void take(LoopInput input) {
        try {
            dispatch(input);
        } catch (SagaStore.Fenced e) {
            throw e;
        } catch (UnavailableException | UnknownOutcomeException e) {
            timers.add(now.plus(DecidedChanges.PAUSE_WHEN_STORE_FAILS), input);
        } catch (RuntimeException e) {
            LOG.error("saga {} is set aside until it is taken over or the engine restarts: {}", input.saga(), input, e);
            wiring.metrics().storeFailed(String.valueOf(e.getMessage()));
            LiveSaga known = sagas.forget(input.saga());
            if (known != null) {
                known.lost(e);
            }
            input.fail(e);
        }
    }

    private void dispatch(LoopInput input) {
        if (input instanceof LoopInput.Start start) {
            begin(start);
        } else if (input instanceof LoopInput.Event event) {
            decide(event);
        } else if (input instanceof LoopInput.Local local) {
            local(local);
        } else if (input instanceof LoopInput.Due due) {
            due(due);
        } else if (input instanceof LoopInput.Load load) {
            loadAgain(load);
        }
    }

    private void begin(LoopInput.Start start) {
        Decision<SagaState, SagaEffect> decision = SagaMachine.begin(start.head(), start.graph(), start.payload());
        LiveSaga saga = sagas.add(decision.next());
        JoinedStart joined = now.isAfter(lease.until()) ? null : JoinedStart.of(start, decision);
        if (joined == null) {
            changes.add(Change.start(start, decision));
        } else {
            handOver.begin(saga, joined, moment());
        }
    }

    private void decide(LoopInput.Event input) {
        LiveSaga saga = sagas.get(input.saga());
        if (saga == null) {
            saga = fetch(input.saga());
        }
        if (saga == null) {
            refuse(input, "unknown", "saga " + input.saga() + " has ended, is not there, or belongs to another engine");
            return;
        }
        if (saga.localInFlight) {
            saga.deferred.add(input);
            return;
        }
        SagaEvent event = SagaMachine.asFarAsKnown(input.event(), saga.madeAgain);
        Decision<SagaState, SagaEffect> decision = wiring.definitions().decide(saga.state, event, now);
        if (decision.ignored() != null) {
            refuse(input, saga.state.graph().type(), decision.ignored());
            return;
        }
        changes.add(Change.event(saga.state, decision, input.with(event), now));
        saga.state = decision.next();
    }

    private void refuse(LoopInput.Event input, String type, String why) {
        LOG.debug("saga {}: {} does not count: {}", input.saga(), input.event(), why);
        wiring.metrics().ignored(type, why);
        if (input.taken() != null) {
            input.taken().complete(why);
        }
    }

    // ---- storing

    private int store() {
        List<BatchWriter.Settled> settled = changes.store(lease, now);
        tick();
        settled.forEach(this::settle);
        return settled.size();
    }

    private void settle(BatchWriter.Settled settled) {
        Change change = settled.change();
        if (settled.fate() instanceof BatchWriter.Fate.Stored stored) {
            if (stored.existing() == null) {
                stored(change);
            } else {
                sagas.forget(change.saga());
            }
            change.stored(stored.existing());
        } else if (settled.fate() instanceof BatchWriter.Fate.Overtaken) {
            LOG.warn(
                    "saga {}: another owner wrote event {}; reading it again",
                    change.saga(),
                    change.after().seq());
            sagas.readAgain(change.saga());
            inbox.add(change.input());
        } else if (settled.fate() instanceof BatchWriter.Fate.Refused refused) {
            refused(change, refused.why());
        } else if (settled.fate() instanceof BatchWriter.Fate.Busy) {
            comeAgain(change);
        }
    }

    /** Each try is a round trip for nothing, and on MySQL keeps the others waiting for a second, so the tries become rarer. */
    private void comeAgain(Change change) {
        String why = "saga '" + change.after().head().businessKey() + "' cannot be started beside another transaction"
                + " that has not ended and most likely holds its business key";
        LiveSaga known = sagas.forget(change.saga());
        if (known != null) {
            known.lost(new UnavailableException(why + "; nothing was started yet"));
        }
        if (change.before() != null) {
            change.input().fail(new UnavailableException(why + "; it is not there yet"));
            return;
        }
        Duration waited = Duration.between(change.after().head().startedAt(), now);
        LOG.warn("{}; it has waited for {} and is tried again", why, waited);
        timers.add(now.plus(DecidedChanges.pauseOfBusy(waited)), change.input());
    }

    private void stored(Change change) {
        LiveSaga saga = sagas.get(change.saga());
        if (saga == null) {
            return;
        }
        saga.durable = change.after();
        if (change.before() == null) {
            begun(saga);
            saga.localInFlight = false;
            saga.drainInto(inbox::bring);
        } else if (change.input() instanceof LoopInput.Event event
                && event.event() instanceof SagaEvent.Answer answer) {
            runner.answered(change.saga(), answer.token());
            saga.cancelTimers(timers, answer.token());
            wiring.metrics()
                    .answered(change.after().graph().type(), answer.token().step(), answer.getClass());
        }
        handOver.perform(saga, change.after(), change.effects(), moment());
    }

    private void begun(LiveSaga saga) {
        wiring.metrics().started(saga.state.graph().type());
        subSagas.entered(saga.state.head());
    }

    /** A row that will never be stored stops this saga and no other. */
    private void refused(Change change, RuntimeException why) {
        change.input().fail(why);
        if (change.before() == null) {
            sagas.forget(change.saga());
            return;
        }
        LOG.error(
                "saga {}: event {} cannot be stored",
                change.saga(),
                change.after().seq(),
                why);
        sagas.readAgain(change.saga());
        if (change.input() instanceof LoopInput.Event event && event.event() instanceof SagaEvent.StepDone done) {
            String reason = "its result cannot be stored: " + why.getMessage();
            inbox.add(LoopInput.Event.of(change.saga(), new SagaEvent.StepUnknown(done.token(), reason, true)));
        }
    }

    // ---- performing

    private HandOver.Moment moment() {
        return new HandOver.Moment(now, lease);
    }

    private void due(LoopInput.Due due) {
        LiveSaga saga = sagas.get(due.saga());
        if (saga != null && saga.state.awaits(due.effect().token())) {
            handOver.invoke(saga, due.effect(), moment());
        }
    }

    private void local(LoopInput.Local input) {
        LiveSaga saga = sagas.get(input.saga());
        if (saga == null) {
            return;
        }
        saga.localInFlight = false;
        if (input.result() instanceof LocalResult.Usurped) {
            throw new SagaStore.Fenced(lease);
        }
        JoinedStart start = saga.starting;
        saga.starting = null;
        if (start != null && !(input.result() instanceof LocalResult.Committed)) {
            changes.add(start.alone(saga, input.result()));
            return;
        }
        if (input.result() instanceof LocalResult.Stale) {
            sagas.readAgain(input.saga());
        } else if (input.result() instanceof LocalResult.Committed committed) {
            saga.state = committed.next();
            saga.durable = committed.next();
            if (start != null) {
                begun(saga);
                handOver.perform(saga, start.decision().next(), start.others(), moment());
                start.input().started().complete(input.saga());
            }
            handOver.perform(saga, committed.next(), committed.effects(), moment());
        } else if (input.result() instanceof LocalResult.RolledBack rolledBack) {
            decide(LoopInput.Event.of(input.saga(), rolledBack.answer()));
        }
        saga.drainInto(inbox::bring);
    }

    private void settled(SagaState state) {
        SagaStatus status = state.status();
        wiring.metrics()
                .settled(
                        state.graph().type(),
                        status,
                        Duration.between(state.head().startedAt(), now));
        wiring.waiters().settled(state);
        if (status.ended()) {
            runner.ended(state);
            sagas.forget(state.id());
            subSagas.ended(state.id());
        }
        subSagas.settled(state, status);
    }

    // ---- loading

    private void loadAgain(LoopInput.Load load) {
        SagaStore.StoredSaga stored =
                load.stored() != null ? load.stored() : store.load(load.saga()).orElse(null);
        if (stored != null) {
            load(stored);
            subSagas.foundAgain(stored);
        }
    }

    private @Nullable LiveSaga fetch(SagaId id) {
        store.load(id).ifPresent(this::load);
        return sagas.get(id);
    }

    private void load(SagaStore.StoredSaga stored) {
        sagas.missing(stored, lease.engine()).ifPresent(this::enter);
    }

    private void enter(SagaState state) {
        LiveSaga saga = sagas.add(state);
        subSagas.entered(state.head());
        List<SagaEffect> outstanding = SagaMachine.outstanding(state);
        saga.madeAgain(outstanding);
        handOver.perform(saga, state, outstanding, moment());
        if (state.status() == SagaStatus.HELD) {
            subSagas.settled(state, SagaStatus.HELD);
        }
    }
}
