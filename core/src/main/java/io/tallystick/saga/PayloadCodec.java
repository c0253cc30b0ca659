package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Payloads as JSON. Only the type that the definition names is ever decoded: no class is loaded because a message says
 * so. Thread-safe.
 */
final class PayloadCodec {

    /** One payload is held to a mebibyte: larger things belong beside the saga, with their key in it. */
    static final int LIMIT_CHARS = 1 << 20;

    private final ObjectMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            // fields that are merged keep every digit of an amount
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** @throws RejectedException if the value cannot be written as JSON or is larger than a mebibyte */
    String encode(Object value) {
        String text;
        try {
            text = json.writeValueAsString(value);
        } catch (JacksonException e) {
            throw new RejectedException(
                    "the payload " + value.getClass().getName() + " cannot be written as JSON: "
                            + e.getOriginalMessage() + ". Use a record of plain values",
                    e);
        }
        if (text.length() > LIMIT_CHARS) {
            throw new RejectedException("the payload " + value.getClass().getName() + " takes " + text.length()
                    + " characters as JSON, expected at most " + LIMIT_CHARS
                    + ". Store it beside the saga and put its key into the payload");
        }
        return text;
    }

    /**
     * What turns the payload that a step was given into the one it returned: the fields it changed, so that branches
     * running side by side do not undo each other's. A payload that is no JSON object is returned whole.
     *
     * @throws RejectedException as {@link #encode}
     */
    String changes(String before, Object after) {
        String whole = encode(after);
        if (!(json.readTree(before) instanceof ObjectNode old) || !(json.readTree(whole) instanceof ObjectNode fresh)) {
            return whole;
        }
        ObjectNode changed = json.createObjectNode();
        fresh.properties().forEach(field -> {
            if (!field.getValue().equals(old.get(field.getKey()))) {
                changed.set(field.getKey(), field.getValue());
            }
        });
        old.propertyNames().stream().filter(name -> !fresh.has(name)).forEach(changed::putNull);
        return changed.toString();
    }

    /** The payload after these changes. Two objects are merged field by field, anything else is replaced. */
    String merge(String before, String changes) {
        if (json.readTree(before) instanceof ObjectNode old && json.readTree(changes) instanceof ObjectNode changed) {
            return old.setAll(changed.properties().stream()
                            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
                    .toString();
        }
        return changes;
    }

    /** @throws RejectedException if the JSON does not fit the type, naming the place and what was expected */
    <D> D decode(String text, Class<D> type) {
        try {
            return json.readValue(text, type);
        } catch (JacksonException e) {
            throw new RejectedException(
                    "the payload does not fit " + type.getName() + ": " + e.getOriginalMessage() + " (at "
                            + e.getPathReference() + ")",
                    e);
        }
    }
}
