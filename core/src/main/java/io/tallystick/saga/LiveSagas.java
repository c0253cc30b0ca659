package io.tallystick.saga;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sagas that an engine has in memory: all that are its own and have not ended. Belongs to the loop's thread. */
final class LiveSagas {

    private static final Logger LOG = LoggerFactory.getLogger(LiveSagas.class);

    private final Definitions definitions;
    private final Timers timers;
    private final LoopInbox inbox;
    private final Map<SagaId, LiveSaga> sagas = new HashMap<>();

    LiveSagas(Definitions definitions, Timers timers, LoopInbox inbox) {
        this.definitions = definitions;
        this.timers = timers;
        this.inbox = inbox;
    }

    LiveSaga add(SagaState state) {
        LiveSaga saga = new LiveSaga(state);
        sagas.put(state.id(), saga);
        return saga;
    }

    @Nullable
    LiveSaga get(SagaId id) {
        return sagas.get(id);
    }

    @Nullable
    SagaState stateOf(SagaId id) {
        LiveSaga saga = sagas.get(id);
        return saga == null ? null : saga.state;
    }

    int size() {
        return sagas.size();
    }

    /** What a stored saga has come to, if it belongs here, is not here yet, and can be gone on with. */
    Optional<SagaState> missing(SagaStore.StoredSaga stored, int engine) {
        SagaId id = stored.start().head().id();
        if (sagas.containsKey(id) || stored.owner() == null || stored.owner() != engine) {
            return Optional.empty();
        }
        Optional<SagaState> state = new SagaReplay(definitions).state(stored);
        if (state.isEmpty()) {
            LOG.warn(
                    "saga {} ({}@{}) waits: its definition is not registered here. Register that version, or move it: tally saga migrate",
                    id,
                    stored.start().type(),
                    stored.start().definitionHash());
        }
        return state.filter(replayed -> !replayed.status().ended());
    }

    /** Takes it out, with all that it waits for. */
    @Nullable
    LiveSaga forget(SagaId id) {
        LiveSaga known = sagas.remove(id);
        if (known != null) {
            known.timers.forEach(timers::cancel);
        }
        return known;
    }

    /** In a round of its own, which is repeated while the store is away: it must not be lost meanwhile. */
    void readAgain(SagaId id) {
        LiveSaga known = forget(id);
        inbox.add(new LoopInput.Load(id, null));
        if (known != null) {
            known.drainInto(inbox::bring);
        }
    }

    /** Nobody drives them any more. */
    void lost(RuntimeException why) {
        sagas.values().forEach(saga -> saga.lost(why));
    }
}
