package io.tallystick.saga;

import io.tallystick.jdbc.CorruptionException;
import java.util.Optional;
import java.util.function.Function;

/** From the stored events back to the state. */
final class SagaReplay {

    private final Function<String, Optional<SagaGraph>> graphs;

    SagaReplay(Definitions definitions) {
        this(hash -> definitions.find(hash).map(SagaDefinition::graph));
    }

    /** @param graphs the graph of a hash, if it is known */
    SagaReplay(Function<String, Optional<SagaGraph>> graphs) {
        this.graphs = graphs;
    }

    /** Empty if a definition it needs is not known here: such a saga is left alone. */
    Optional<SagaState> state(SagaStore.StoredSaga stored) {
        SagaStore.NewSaga start = stored.start();
        Optional<SagaGraph> first = graphs.apply(firstHash(stored));
        if (first.isEmpty()) {
            return Optional.empty();
        }
        SagaState state = SagaMachine.begin(start.head(), first.get(), Payload.of(start.payload()))
                .next();
        for (SagaStore.StoredEvent event : stored.events()) {
            if (event.seq() != state.seq() + 1) {
                throw new CorruptionException("saga " + state.id() + ": event " + event.seq() + " follows event "
                        + state.seq() + "; the history has a gap. Look at it with: tally saga show " + state.id());
            }
            if (event.event() instanceof SagaEvent.Migrated migrated) {
                Optional<SagaGraph> next = graphs.apply(migrated.definitionHash());
                if (next.isEmpty()) {
                    return Optional.empty();
                }
                state = atSeq(SagaMachine.migrate(state, next.get()), event.seq());
            } else {
                state = atSeq(
                        SagaMachine.decide(state, event.event(), event.at()).next(), event.seq());
            }
        }
        return Optional.of(state);
    }

    /** The definition the saga started with; its row names the present one. */
    private static String firstHash(SagaStore.StoredSaga stored) {
        for (SagaStore.StoredEvent event : stored.events()) {
            if (event.event() instanceof SagaEvent.Migrated migrated) {
                return migrated.formerHash();
            }
        }
        return stored.start().definitionHash();
    }

    private static SagaState atSeq(SagaState state, int seq) {
        return state.seq() == seq
                ? state
                : new SagaState(state.head(), state.graph(), seq, state.status(), state.progress());
    }
}
