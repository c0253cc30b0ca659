package io.tallystick.debezium;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How far a connector has read, in its own words, and in which history of the database. Two equal offsets have the same text.
 *
 * @param history names the database and its history; never changes while its log goes on
 * @param parts what the connector calls the source offset, without what is true only inside a transaction
 */
public record Offset(String history, Map<String, Object> parts) {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            // connectors cast what they read back to long
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .build();
    private static final TypeReference<TreeMap<String, Object>> PARTS = new TypeReference<>() {};
    private static final String HISTORY = "history";
    private static final String OFFSET = "offset";

    public Offset {
        Map<String, Object> sorted = new TreeMap<>();
        parts.forEach((name, value) -> {
            if (value != null && !isOfOpenTransaction(name)) {
                sorted.put(name, value instanceof Integer number ? (Object) number.longValue() : value);
            }
        });
        parts = Collections.unmodifiableMap(sorted);
    }

    /** Debezium writes the END of a transaction as if it were still open. */
    private static boolean isOfOpenTransaction(String name) {
        return name.startsWith("transaction_") || name.startsWith("incremental_snapshot_");
    }

    Position toPosition() {
        return new Position(MAPPER.writeValueAsString(new TreeMap<>(Map.of(HISTORY, history, OFFSET, parts))));
    }

    /** @throws GapException when the text is of another kind of source */
    static Offset parse(Position position) {
        try {
            Map<String, Object> all = MAPPER.readValue(position.text(), PARTS);
            if (all.get(HISTORY) instanceof String history && all.get(OFFSET) instanceof Map<?, ?> found) {
                Map<String, Object> parts = new TreeMap<>();
                found.forEach((name, value) -> parts.put(String.valueOf(name), value));
                return new Offset(history, parts);
            }
        } catch (JacksonException e) {
            // told below, as any other text that is no such position
        }
        throw foreign(position);
    }

    private static GapException foreign(Position position) {
        return new GapException(
                "the target stands at " + position
                        + ", which is no position of a source that Debezium reads; copy the tables anew, or correct the url in the file");
    }
}
