package io.tallystick.saga;

import io.tallystick.message.Phase;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What parents and sub-sagas have to tell each other. Both always have the same owner, so it is told in memory, and told
 * again after a takeover because the parent's attempt is outstanding. Belongs to the loop's thread.
 */
final class SubSagas {

    private final SagaStore store;
    private final Definitions definitions;
    private final Consumer<LoopInput> offer;
    private final Function<SagaId, @Nullable SagaState> live;
    private final Starts starts;
    private final Map<SagaId, Map<String, SagaId>> children = new HashMap<>();

    /** Where ids and instants of new sagas come from. */
    record Starts(SagaIds ids, InstantSource clock) {}

    SubSagas(
            SagaStore store,
            Definitions definitions,
            Consumer<LoopInput> offer,
            Function<SagaId, @Nullable SagaState> live,
            Starts starts) {
        this.store = store;
        this.definitions = definitions;
        this.offer = offer;
        this.live = live;
        this.starts = starts;
    }

    void entered(SagaHead head) {
        SagaHead.Parent parent = head.parent();
        if (parent != null) {
            children.computeIfAbsent(parent.saga(), id -> new HashMap<>()).put(parent.step(), head.id());
        }
    }

    /** The parent has ended: those that are held wait for that. */
    void release(SagaId parent, boolean completed) {
        Map<String, SagaId> known = children.getOrDefault(parent, Map.of());
        SagaEvent ended = new SagaEvent.ParentEnded(completed);
        List.copyOf(known.values()).forEach(child -> offer.accept(LoopInput.Event.of(child, ended)));
    }

    void ended(SagaId saga) {
        children.remove(saga);
    }

    /** Starts the sub-saga of an attempt, or finds the one that was started before. Any thread. */
    void start(SagaState parent, StepToken token, StepRunner.ChildStart start) {
        SagaHead head = new SagaHead(
                starts.ids().next(),
                childKey(parent.id(), token),
                parent.head().correlationId(),
                starts.clock().instant(),
                new SagaHead.Parent(parent.id(), token.step()));
        CompletableFuture<SagaId> started = new CompletableFuture<>();
        offer.accept(new LoopInput.Start(head, start.definition().graph(), start.payload(), false, started));
        // The stage is only a subscription; whatever goes wrong in it is reported as an answer.
        var unused = started.whenComplete((child, failure) -> {
            if (failure != null) {
                String why = "its sub-saga could not be started: " + failure.getMessage();
                offer.accept(LoopInput.Event.of(parent.id(), new SagaEvent.StepUnknown(token, why, false)));
            } else if (!child.equals(head.id())) {
                offer.accept(new LoopInput.Load(child, null));
            }
        });
    }

    /**
     * It was read again. What came of a child under an earlier owner is told to its parent; and where it has ended under another
     * owner, its sub-sagas that wait for that end heard of it there, or nowhere.
     */
    void foundAgain(SagaStore.StoredSaga stored) {
        SagaStatus status = stored.start().status();
        SagaHead head = stored.start().head();
        if (head.parent() != null && (status == SagaStatus.HELD || status.ended())) {
            tellParent(head, status, "it ended before");
        }
        if (status.ended()) {
            release(head.id(), status == SagaStatus.COMPLETED);
            ended(head.id());
        }
    }

    /** The sub-saga has settled; its parent hears of it if it waits for that. A parked one has come to nothing yet. */
    void settled(SagaState child, SagaStatus status) {
        if (child.head().parent() != null && (status == SagaStatus.HELD || status.ended())) {
            tellParent(child.head(), status, String.valueOf(child.cause()));
        }
    }

    private void tellParent(SagaHead child, SagaStatus status, String cause) {
        SagaHead.Parent parent = java.util.Objects.requireNonNull(child.parent());
        SagaState state = live.apply(parent.saga());
        if (state == null) {
            if (status == SagaStatus.HELD) {
                askWhatBecameOf(parent.saga(), child.id());
            }
            return;
        }
        StepToken token = state.step(parent.step()).token();
        boolean asked = state.awaits(token);
        if (asked && token.phase() == Phase.ACTION && status == SagaStatus.COMPENSATED) {
            answer(state, new SagaEvent.StepWasRefused(token, "SUB_SAGA_COMPENSATED", cause));
        } else if (asked && (token.phase() == Phase.ACTION) == (status != SagaStatus.COMPENSATED)) {
            answer(state, new SagaEvent.StepDone(token, null));
        }
    }

    private void answer(SagaState parent, SagaEvent.Answer answer) {
        offer.accept(LoopInput.Event.of(parent.id(), answer));
    }

    /** The parent ended while nobody looked after this child. */
    private void askWhatBecameOf(SagaId parent, SagaId child) {
        store.load(parent)
                .map(stored -> stored.start().status())
                .filter(SagaStatus::ended)
                .ifPresent(status -> offer.accept(
                        LoopInput.Event.of(child, new SagaEvent.ParentEnded(status == SagaStatus.COMPLETED))));
    }

    /** Takes the sub-saga back; its end is the answer. Where none was ever started there is nothing to take back. */
    void callBack(SagaState parent, StepToken token) {
        SagaId child = childOf(parent, token);
        SagaStatus status = child == null ? SagaStatus.COMPENSATED : statusOf(child);
        if (status == SagaStatus.COMPENSATED) {
            answer(parent, new SagaEvent.StepDone(token, null));
        } else if (status == SagaStatus.COMPLETED) {
            String why = "sub-saga " + child + " completed and cannot be taken back";
            answer(parent, new SagaEvent.StepUnknown(token, why, true));
        } else if (child != null) {
            offer.accept(LoopInput.Event.of(child, new SagaEvent.ParentEnded(false)));
        }
    }

    /** In memory or not: after a takeover a parent may be read before its children. */
    private SagaStatus statusOf(SagaId child) {
        SagaState state = live.apply(child);
        return state != null
                ? state.status()
                : store.load(child).map(stored -> stored.start().status()).orElse(SagaStatus.COMPENSATED);
    }

    private @Nullable SagaId childOf(SagaState parent, StepToken token) {
        Map<String, SagaId> known = children.get(parent.id());
        if (known != null && known.containsKey(token.step())) {
            return known.get(token.step());
        }
        return definitions.of(parent.graph()).work(token.step()) instanceof StepWork.Child<?, ?> work
                ? store.find(work.definition().type(), childKey(parent.id(), token))
                        .orElse(null)
                : null;
    }

    private static String childKey(SagaId parent, StepToken token) {
        return parent + "/" + token.step() + "#" + token.execution();
    }
}
