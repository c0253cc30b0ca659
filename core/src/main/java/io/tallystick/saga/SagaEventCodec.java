package io.tallystick.saga;

import io.tallystick.jdbc.CorruptionException;
import io.tallystick.message.Phase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns events into rows and back. The codes are stored: one is never given another meaning and never used again.
 * Thread-safe.
 */
final class SagaEventCodec {

    private static final int STEP_DONE = 1;
    private static final int STEP_REFUSED = 2;
    private static final int STEP_UNKNOWN = 3;
    private static final int DEADLINE_PASSED = 4;
    private static final int CANCEL_REQUESTED = 5;
    private static final int PARENT_ENDED = 6;
    private static final int INTERVENED = 7;
    private static final int NOTIFIED = 8;
    private static final int MIGRATED = 9;

    private static final int NO_PHASE = 0;
    private static final int ACTION = 1;
    private static final int COMPENSATION = 2;

    private final JsonMapper json = JsonMapper.builder().build();

    /**
     * An event as it is stored.
     *
     * @param phase 0 none, 1 action, 2 compensation
     * @param data the payload itself for a step that is done, otherwise a JSON object with the other parts
     */
    record Coded(
            int kind,
            @Nullable String step,
            int phase,
            int execution,
            int attempt,
            @Nullable String data) {}

    Coded encode(SagaEvent event) {
        if (event instanceof SagaEvent.StepDone done) {
            return answer(STEP_DONE, done.token(), done.payload());
        }
        if (event instanceof SagaEvent.StepWasRefused refused) {
            ObjectNode data = object().put("code", refused.code()).put("reason", refused.reason());
            return answer(STEP_REFUSED, refused.token(), data.toString());
        }
        if (event instanceof SagaEvent.StepUnknown unknown) {
            ObjectNode data = object().put("reason", unknown.reason()).put("mayHaveRun", unknown.mayHaveRun());
            return answer(STEP_UNKNOWN, unknown.token(), data.toString());
        }
        if (event instanceof SagaEvent.Intervened intervened) {
            return encode(intervened.intervention());
        }
        return encodeWhole(event);
    }

    private Coded encodeWhole(SagaEvent event) {
        if (event instanceof SagaEvent.DeadlinePassed passed) {
            return whole(
                    DEADLINE_PASSED, object().put("deadline", passed.deadline().toString()));
        }
        if (event instanceof SagaEvent.CancelRequested cancel) {
            return whole(CANCEL_REQUESTED, object().put("by", cancel.by()).put("why", cancel.why()));
        }
        if (event instanceof SagaEvent.ParentEnded ended) {
            return whole(PARENT_ENDED, object().put("completed", ended.completed()));
        }
        if (event instanceof SagaEvent.Notified notified) {
            ObjectNode data = object().put("notice", notified.notice().name());
            return whole(NOTIFIED, data.put("delivered", notified.delivered()));
        }
        if (event instanceof SagaEvent.Migrated migrated) {
            return whole(MIGRATED, object().put("from", migrated.formerHash()).put("to", migrated.definitionHash()));
        }
        throw new IllegalStateException(
                "no code for the event " + event.getClass().getName());
    }

    private Coded encode(Intervention act) {
        ObjectNode data =
                object().put("verb", act.verb().name()).put("who", act.who()).put("why", act.why());
        if (act.data() != null) {
            data.put("data", act.data());
        }
        return new Coded(INTERVENED, act.step(), NO_PHASE, 0, 0, data.toString());
    }

    private static Coded answer(int kind, StepToken token, @Nullable String data) {
        int phase = token.phase() == Phase.ACTION ? ACTION : COMPENSATION;
        return new Coded(kind, token.step(), phase, token.execution(), token.attempt(), data);
    }

    private static Coded whole(int kind, ObjectNode data) {
        return new Coded(kind, null, NO_PHASE, 0, 0, data.toString());
    }

    private ObjectNode object() {
        return json.createObjectNode();
    }

    /** @throws CorruptionException for a row that no release of this product has written */
    SagaEvent decode(Coded row) {
        try {
            return row.kind() == STEP_DONE ? new SagaEvent.StepDone(token(row), row.data()) : decode(row, data(row));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new CorruptionException("a stored event cannot be read: " + row + ": " + e.getMessage(), e);
        }
    }

    private static SagaEvent decode(Coded row, JsonNode data) {
        return switch (row.kind()) {
            case STEP_REFUSED -> new SagaEvent.StepWasRefused(token(row), text(data, "code"), text(data, "reason"));
            case STEP_UNKNOWN ->
                new SagaEvent.StepUnknown(
                        token(row),
                        text(data, "reason"),
                        data.path("mayHaveRun").asBoolean(true));
            case DEADLINE_PASSED -> new SagaEvent.DeadlinePassed(Instant.parse(text(data, "deadline")));
            case CANCEL_REQUESTED -> new SagaEvent.CancelRequested(text(data, "by"), text(data, "why"));
            case PARENT_ENDED ->
                new SagaEvent.ParentEnded(data.path("completed").asBoolean(false));
            case INTERVENED -> new SagaEvent.Intervened(intervention(row, data));
            case NOTIFIED ->
                new SagaEvent.Notified(
                        Notice.valueOf(text(data, "notice")),
                        data.path("delivered").asBoolean(false));
            case MIGRATED -> new SagaEvent.Migrated(text(data, "from"), text(data, "to"));
            default ->
                throw new IllegalArgumentException(
                        "kind " + row.kind() + " is unknown; a newer release may have written it: update this one");
        };
    }

    private static Intervention intervention(Coded row, JsonNode data) {
        String more = data.has("data") ? text(data, "data") : null;
        return new Intervention(
                Verb.valueOf(text(data, "verb")), text(data, "who"), text(data, "why"), row.step(), more);
    }

    private static StepToken token(Coded row) {
        if (row.step() == null || row.phase() == NO_PHASE) {
            throw new IllegalArgumentException("an answer without a step");
        }
        Phase phase = row.phase() == ACTION ? Phase.ACTION : Phase.COMPENSATION;
        return new StepToken(row.step(), phase, row.execution(), row.attempt());
    }

    private JsonNode data(Coded row) {
        if (row.data() == null) {
            throw new IllegalArgumentException("its data is missing");
        }
        return json.readTree(row.data());
    }

    private static String text(JsonNode data, String name) {
        JsonNode value = data.path(name);
        if (!value.isString()) {
            throw new IllegalArgumentException("'" + name + "' is missing in its data");
        }
        return value.stringValue();
    }
}
