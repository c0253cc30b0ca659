package io.tallystick.saga;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A finished saga definition: an immutable graph of steps, and the code that carries them out. Thread-safe as far as that
 * code is.
 *
 * @param <D> the payload
 */
public final class SagaDefinition<D> {

    private final Class<D> payloadType;
    private final SagaGraph graph;
    private final Map<String, StepWork<D>> work;
    private final Map<Notice, SagaFlow.NoticeHandler<D>> handlers;

    SagaDefinition(
            Class<D> payloadType,
            SagaGraph graph,
            Map<String, StepWork<D>> work,
            Map<Notice, SagaFlow.NoticeHandler<D>> handlers) {
        this.payloadType = payloadType;
        this.graph = graph;
        this.work = Map.copyOf(work);
        this.handlers = handlers;
    }

    public String type() {
        return graph.type();
    }

    /** Names this version of the definition; see {@link SagaGraph#hash()}. */
    public String hash() {
        return graph.hash();
    }

    public Class<D> payloadType() {
        return payloadType;
    }

    /** The steps as data. */
    public SagaGraph graph() {
        return graph;
    }

    StepWork<D> work(String step) {
        StepWork<D> found = work.get(step);
        if (found == null) {
            throw new IllegalStateException(graph + " has no work for step '" + step + "'");
        }
        return found;
    }

    SagaFlow.@Nullable NoticeHandler<D> handler(Notice notice) {
        return handlers.get(notice);
    }

    @Override
    public String toString() {
        return graph.toString();
    }
}
