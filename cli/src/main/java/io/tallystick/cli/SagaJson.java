package io.tallystick.cli;

import io.tallystick.saga.Receipt;
import io.tallystick.saga.SagaCase;
import io.tallystick.saga.SagaHead;
import io.tallystick.saga.SagaLedger;
import io.tallystick.saga.SagaState;
import io.tallystick.saga.SagaStore;
import io.tallystick.saga.SagaWords;
import io.tallystick.saga.StepState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sagas as JSON. What is not known is null and never left out, so that programs find every field. */
final class SagaJson {

    private static final JsonMapper JSON = JsonMapper.shared();

    private SagaJson() {}

    static Map<String, @Nullable Object> entry(SagaLedger.Entry entry) {
        SagaHead head = entry.start().head();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("id", head.id().toString());
        map.put("type", entry.start().type());
        map.put("key", head.businessKey());
        map.put("correlationId", head.correlationId());
        map.put("state", Words.json(entry.status()));
        map.put("definition", entry.start().definitionHash());
        map.put("startedAt", Words.json(head.startedAt()));
        Instant end = entry.endedAt();
        map.put("endedAt", end == null ? null : Words.json(end));
        map.put("engine", entry.owner());
        SagaHead.Parent parent = head.parent();
        map.put("parent", parent == null ? null : Map.of("saga", parent.saga().toString(), "step", parent.step()));
        return map;
    }

    static Map<String, @Nullable Object> of(SagaCase saga, boolean payload) {
        Map<String, @Nullable Object> map = entry(saga.entry());
        SagaState state = saga.reading().state();
        map.put("owner", saga.owner() == null ? null : engine(saga.owner()));
        map.put("backward", state == null ? null : state.backward());
        map.put("cause", state == null ? null : state.cause());
        map.put("problem", saga.reading().problem());
        map.put(
                "steps",
                state == null
                        ? List.of()
                        : state.steps().stream().map(s -> step(s, state)).toList());
        map.put("events", saga.events().stream().map(SagaJson::event).toList());
        map.put("choices", saga.choices().stream().map(SagaJson::choice).toList());
        if (payload) {
            map.put("payload", payload(state == null ? saga.entry().start().payload() : state.payload()));
        }
        return map;
    }

    static Map<String, @Nullable Object> engine(SagaLedger.Engine engine) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("id", engine.id());
        map.put("name", engine.name());
        map.put("alive", engine.alive());
        map.put("epoch", engine.epoch());
        map.put("leaseUntil", Words.json(engine.leaseUntil()));
        map.put("sagas", engine.sagas());
        return map;
    }

    static Map<String, @Nullable Object> receipt(Receipt receipt) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("saga", receipt.saga().toString());
        map.put("result", Words.json(receipt.result()));
        map.put("request", receipt.request() == 0 ? null : receipt.request());
        map.put("text", receipt.text());
        return map;
    }

    private static Map<String, @Nullable Object> step(StepState step, SagaState state) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", step.token().step());
        map.put("kind", Words.json(state.graph().step(step.token().step()).kind()));
        map.put(
                "recovery",
                Words.json(state.graph().step(step.token().step()).conduct().recovery()));
        map.put("state", Words.json(step.status()));
        map.put("execution", step.token().execution());
        map.put("attempt", step.token().attempt());
        Instant due = step.due();
        map.put("due", due == null ? null : Words.json(due));
        map.put("mayHaveRun", step.mayHaveRun());
        map.put("detail", step.detail());
        return map;
    }

    private static Map<String, @Nullable Object> event(SagaStore.StoredEvent event) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("seq", event.seq());
        map.put("at", Words.json(event.at()));
        map.put("kind", SagaWords.kind(event.event()));
        map.put("step", SagaWords.step(event.event()));
        map.put("words", SagaWords.of(event.event()));
        return map;
    }

    private static Map<String, @Nullable Object> choice(SagaCase.Choice choice) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("command", choice.command());
        map.put("step", choice.step());
        map.put("possible", choice.possible());
        map.put("obstacle", choice.obstacle());
        return map;
    }

    /** A payload that is no JSON, which only a changed row can be, is handed on as text. */
    private static Object payload(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            return node;
        } catch (tools.jackson.core.JacksonException e) {
            return text;
        }
    }
}
