package io.tallystick.saga;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole state of one saga, immutable.
 *
 * @param seq number of the last event; the next one must be stored under {@code seq + 1}
 * @param progress everything that changes besides
 */
public record SagaState(SagaHead head, SagaGraph graph, int seq, SagaStatus status, Progress progress) {

    /**
     * What changes as the saga goes.
     *
     * @param steps in the order of the graph
     * @param backward whether the saga turned back; kept while it is parked
     * @param cause why it turned back or was asked to
     * @param waiting notices not yet delivered, and answers that arrived while it was parked, both in order
     */
    record Progress(
            List<StepState> steps,
            Payload payload,
            boolean backward,
            @Nullable String cause,
            Waiting waiting) {}

    /**
     * What is kept for later.
     *
     * @param notices notifications that nobody has confirmed yet
     * @param stash answers that arrived while the saga was parked, in their order
     * @param assignee who is responsible while it is parked
     * @param parentEnd how the parent ended, so that this sub-saga need not be held, or null
     */
    record Waiting(
            List<Notice> notices,
            List<SagaEvent.Answer> stash,
            @Nullable String assignee,
            @Nullable SagaStatus parentEnd) {
        static final Waiting NOTHING = new Waiting(List.of(), List.of(), null, null);
    }

    static SagaState started(SagaHead head, SagaGraph graph, Payload payload) {
        List<StepState> steps = new ArrayList<>(graph.size());
        graph.steps().forEach(step -> steps.add(StepState.untouched(step.name())));
        return new SagaState(
                head,
                graph,
                0,
                SagaStatus.RUNNING,
                new Progress(List.copyOf(steps), payload, false, null, Waiting.NOTHING));
    }

    public SagaId id() {
        return head.id();
    }

    /** The payload as JSON. */
    public String payload() {
        return progress.payload().json();
    }

    /** Why the saga turned back, or null. */
    public @Nullable String cause() {
        return progress.cause();
    }

    public boolean backward() {
        return progress.backward();
    }

    /** In the order of the graph. */
    public List<StepState> steps() {
        return progress.steps();
    }

    public StepState step(String name) {
        return steps().get(graph.position(name));
    }

    /** Whether this is what came of an attempt in flight: from this state anybody would make that attempt again. */
    boolean wouldRepeat(SagaEvent event) {
        return event instanceof SagaEvent.StepDone done
                && awaits(done.token())
                && step(done.token().step()).status().inFlight();
    }

    /** Whether an answer naming this token would count. */
    boolean awaits(StepToken token) {
        if (!graph.contains(token.step())) {
            return false;
        }
        StepState step = step(token.step());
        return (step.status().inFlight() || step.status().parked())
                && step.token().equals(token);
    }
}
