package io.tallystick.message;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON text of headers and commands. Unknown fields are left out: a newer sender may say more than we know. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final TypeReference<TreeMap<String, String>> HEADERS = new TypeReference<>() {};

    private Json() {}

    static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static Map<String, String> headers(String text) {
        return MAPPER.readValue(text, HEADERS);
    }

    /**
     * @throws MalformedBodyException without the text, which may hold personal data
     */
    static <T> T read(String text, Class<T> type) {
        try {
            T value = MAPPER.readValue(text, type);
            if (value == null) {
                throw new MalformedBodyException("body is JSON null: expected a " + type.getSimpleName());
            }
            return value;
        } catch (JacksonException e) {
            throw new MalformedBodyException(
                    "body is no " + type.getSimpleName() + ": " + e.getClass().getSimpleName() + " at line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr());
        }
    }
}
