package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The definitions an engine knows: the latest of each type for new sagas, all of them for sagas in flight. Thread-safe. */
final class Definitions {

    private static final Logger LOG = LoggerFactory.getLogger(Definitions.class);

    private final Map<String, SagaDefinition<?>> byHash = new ConcurrentHashMap<>();
    private final Map<String, SagaDefinition<?>> latest = new ConcurrentHashMap<>();
    private final PayloadCodec codec = new PayloadCodec();

    /** Registers the definition and those of its sub-sagas. */
    void register(SagaDefinition<?> definition) {
        LintReport findings = SagaLinter.lint(definition);
        if (findings.open().stream().anyMatch(finding -> finding.severity() != Finding.Severity.HINT)) {
            LOG.warn("{}", findings.toText());
        }
        byHash.put(definition.hash(), definition);
        latest.put(definition.type(), definition);
        for (StepSpec step : definition.graph().steps()) {
            if (definition.work(step.name()) instanceof StepWork.Child<?, ?> child) {
                register(child.definition());
            }
        }
    }

    Collection<SagaDefinition<?>> all() {
        return byHash.values();
    }

    Optional<SagaDefinition<?>> find(String hash) {
        return Optional.ofNullable(byHash.get(hash));
    }

    SagaDefinition<?> of(SagaGraph graph) {
        SagaDefinition<?> definition = byHash.get(graph.hash());
        if (definition == null) {
            throw new IllegalStateException(graph + " runs here but is not registered");
        }
        return definition;
    }

    /** Why this JSON is no payload of that definition, or null if it is. */
    @Nullable
    String misfit(SagaGraph graph, @Nullable String json) {
        try {
            codec.decode(String.valueOf(json), of(graph).payloadType());
            return null;
        } catch (RejectedException e) {
            return e.getMessage();
        }
    }

    /** @throws RejectedException naming what is registered */
    SagaDefinition<?> latest(String type) {
        SagaDefinition<?> definition = latest.get(type);
        if (definition == null) {
            throw new RejectedException("no saga type '" + type + "' is registered with this engine, it has "
                    + latest.keySet().stream().sorted().toList() + ". Add .register(definition) before .start()");
        }
        return definition;
    }

    /** What the machine decides, where a definition knows whether that is possible. */
    Decision<SagaState, SagaEffect> decide(SagaState state, SagaEvent event, Instant now) {
        if (event instanceof SagaEvent.Migrated migrated) {
            return Migration.decide(state, migrated, this);
        }
        String misfit = misfit(state, event);
        if (misfit != null) {
            return Decision.ignore(state, misfit);
        }
        return SagaMachine.decide(state, event, now);
    }

    /** A payload that a person wrote must fit before it is stored; afterwards no step could read it. */
    private @Nullable String misfit(SagaState state, SagaEvent event) {
        if (event instanceof SagaEvent.Intervened intervened
                && intervened.intervention().data() != null) {
            Intervention act = intervened.intervention();
            if (act.verb() == Verb.EDIT || act.verb() == Verb.MARK_DONE) {
                return misfit(state.graph(), act.data());
            }
        }
        return null;
    }
}
