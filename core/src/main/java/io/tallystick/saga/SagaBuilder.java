package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects the parts of a definition. Not thread-safe; use it on one thread and share what {@link #build} returns. */
public final class SagaBuilder<D> implements SagaFlow<D> {

    private final String type;
    private final Class<D> payload;
    private final List<StepDraft<D>> drafts = new ArrayList<>();
    private final Map<Notice, NoticeHandler<D>> handlers = new EnumMap<>(Notice.class);
    private List<String> ends = List.of();
    private @Nullable Duration deadline;

    SagaBuilder(String type, Class<D> payload) {
        this.type = type;
        this.payload = payload;
    }

    @Override
    public SagaBuilder<D> saga() {
        return this;
    }

    StepChoice<D> addStep(String name) {
        return new StepChoice<>(this, name);
    }

    StepDraft<D> draft(String name, StepKind kind, String target) {
        StepDraft<D> draft = new StepDraft<>(this, name, kind, target, ends);
        drafts.add(draft);
        ends = List.of(name);
        return draft;
    }

    SagaBuilder<D> addParallel(Consumer<Branches<D>> branches) {
        List<String> begin = ends;
        List<String> joined = new ArrayList<>();
        branches.accept(new Branches<>() {
            @Override
            public Branches<D> branch(Consumer<SagaFlow<D>> steps) {
                ends = begin;
                steps.accept(SagaBuilder.this);
                joined.addAll(ends);
                return this;
            }
        });
        ends = joined.isEmpty() ? begin : List.copyOf(joined);
        return this;
    }

    SagaBuilder<D> limit(Duration limit) {
        this.deadline = limit;
        return this;
    }

    SagaBuilder<D> listen(Notice notice, NoticeHandler<D> handler) {
        handlers.put(notice, handler);
        return this;
    }

    SagaDefinition<D> finish() {
        List<String> unsaid = drafts.stream()
                .filter(draft -> draft.work == null)
                .map(draft -> draft.name)
                .toList();
        if (!unsaid.isEmpty()) {
            throw new RejectedException("saga '" + type + "': nothing says how " + unsaid + " is carried out");
        }
        if (type.isBlank() || type.length() > 100) {
            throw new RejectedException("'" + type + "' is not a saga type: expected 1 to 100 characters");
        }
        SagaGraph graph =
                new SagaGraph(type, drafts.stream().map(StepDraft::spec).toList(), deadline, handlers.keySet());
        Map<String, StepWork<D>> work = new LinkedHashMap<>();
        drafts.forEach(draft -> work.put(draft.name, java.util.Objects.requireNonNull(draft.work)));
        return new SagaDefinition<>(payload, graph, work, Map.copyOf(handlers));
    }
}
