package io.tallystick.saga;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.saga.StepRunner.LocalAttempt;
import io.tallystick.saga.StepRunner.LocalResult;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Runs a local step and stores what follows from it in one transaction: exactly once. Local steps that follow one another
 * without anything between them share that transaction; if a later one refuses or fails, the earlier ones are committed
 * first, by themselves. The start of a saga may be stored with them.
 */
final class LocalRunner {

    /** Bounds how long one transaction holds its locks. */
    private static final int MOST_TOGETHER = 8;

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final SagaStore store;
    private final PayloadCodec codec;
    private final InstantSource clock;

    LocalRunner(SagaStore store, PayloadCodec codec, InstantSource clock) {
        this.store = store;
        this.codec = codec;
        this.clock = clock;
    }

    <D> LocalResult run(SagaDefinition<D> definition, LocalAttempt local) {
        Invocation attempt = local.invocation();
        int most = MOST_TOGETHER;
        while (true) {
            Unit<D> unit = new Unit<>(definition, local, most);
            try {
                store.together(local.lease(), unit);
                return new LocalResult.Committed(unit.state, unit.effects);
            } catch (SagaStore.Fenced e) {
                return new LocalResult.Usurped();
            } catch (Throwable e) {
                // an Error of one step, too: it was rolled back, and nobody else would ever answer for this saga
                boolean lost = unit.complete && e instanceof UnknownOutcomeException;
                Optional<LocalResult> came = lost ? findOut(unit, attempt) : failed(unit, local, e);
                if (came.isPresent()) {
                    return came.get();
                }
                most = lost ? most : unit.shorter();
            }
        }
    }

    /** Empty: a shorter unit may succeed. */
    private Optional<LocalResult> failed(Unit<?> unit, LocalAttempt local, Throwable why) {
        if (local.start() != null && (unit.complete || why instanceof UnavailableException)) {
            return Optional.of(new LocalResult.Stale());
        }
        if (unit.shorter() == 0 || unit.complete && why instanceof ConflictException) {
            return Optional.of(rolledBack(local.invocation(), why));
        }
        return Optional.empty();
    }

    private LocalResult rolledBack(Invocation attempt, Throwable why) {
        if (why instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        if (why instanceof StepRefused refused) {
            return new LocalResult.RolledBack(
                    new SagaEvent.StepWasRefused(attempt.token(), refused.code(), refused.reason()));
        }
        if (why instanceof ConflictException && historyMoved(attempt)) {
            return new LocalResult.Stale();
        }
        return new LocalResult.RolledBack(new SagaEvent.StepUnknown(attempt.token(), Failures.words(why), false));
    }

    private boolean historyMoved(Invocation attempt) {
        try {
            return store.lastSeq(attempt.state().id()).orElse(0)
                    > attempt.state().seq();
        } catch (UnavailableException e) {
            return false;
        }
    }

    /** The event row and the business rows are one transaction, so the row's presence is the answer. Empty: run it again. */
    private Optional<LocalResult> findOut(Unit<?> unit, Invocation attempt) {
        while (true) {
            try {
                int last = store.lastSeq(attempt.state().id()).orElse(0);
                if (last == unit.state.seq()) {
                    return Optional.of(new LocalResult.Committed(unit.state, unit.effects));
                }
                return last == attempt.state().seq() ? Optional.empty() : Optional.of(new LocalResult.Stale());
            } catch (UnavailableException e) {
                try {
                    EngineRuntime.pause(PAUSE);
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                    return Optional.of(new LocalResult.Stale());
                }
            }
        }
    }

    /** The work of one transaction. Used once. */
    private final class Unit<D> implements SagaStore.LocalUnit {

        private final SagaDefinition<D> definition;
        private final int most;
        private final List<SagaStore.NewSaga> starts;
        private final List<SagaStore.StoredEvent> events = new ArrayList<>(4);
        private final SagaState start;
        private StepToken token;
        private SagaState state;
        private List<SagaEffect> effects = List.of();
        private int finished;
        /** Whether all its steps are done, so that whatever goes wrong now goes wrong with storing them. */
        private boolean complete;

        Unit(SagaDefinition<D> definition, LocalAttempt local, int most) {
            Invocation attempt = local.invocation();
            this.starts = local.start() == null ? List.of() : List.of(local.start());
            this.definition = definition;
            this.most = most;
            this.start = attempt.state();
            this.state = attempt.state();
            this.token = attempt.token();
        }

        @Override
        public SagaStore.Batch run(Tx tx) throws Exception {
            boolean more = true;
            while (more) {
                SagaEvent.StepDone done = perform(tx);
                java.time.Instant at = clock.instant();
                Decision<SagaState, SagaEffect> decision = SagaMachine.decide(state, done, at);
                if (!decision.counts()) {
                    throw new ConflictException("local step " + token + ": " + decision.ignored());
                }
                state = decision.next();
                effects = decision.effects();
                events.add(new SagaStore.StoredEvent(state.id(), state.seq(), at, done));
                finished++;
                more = finished < most && nextIsLocal();
            }
            SagaStore.StatusChange status = Change.statusChange(start, state, clock.instant());
            complete = true;
            return new SagaStore.Batch(starts, events, status == null ? List.of() : List.of(status), List.of());
        }

        /** The steps before the one that failed; one less when it was the storing that failed. */
        int shorter() {
            return complete ? finished - 1 : finished;
        }

        private SagaEvent.StepDone perform(Tx tx) throws Exception {
            if (!(definition.work(token.step()) instanceof StepWork.Local<D> work)) {
                throw new IllegalStateException(token + " of " + definition + " is no local step");
            }
            boolean compensates = token.phase() == io.tallystick.message.Phase.COMPENSATION;
            StepWork.LocalWork<D> function = compensates ? Objects.requireNonNull(work.compensation()) : work.action();
            D payload = state.progress().payload().as(definition.payloadType(), codec);
            D after = function.run(tx, payload);
            return Answers.done(new Invocation(state, token, 0, clock.instant()), payload, after, codec);
        }

        private boolean nextIsLocal() {
            if (effects.size() != 1 || !(effects.get(0) instanceof SagaEffect.Invoke next)) {
                return false;
            }
            boolean local = state.graph().step(next.token().step()).kind() == StepKind.LOCAL;
            if (local) {
                token = next.token();
            }
            return local;
        }
    }
}
