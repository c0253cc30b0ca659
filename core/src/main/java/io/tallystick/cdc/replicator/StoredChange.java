package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpecialValue;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.CorruptionException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A change that was set aside, as text that keeps every value exactly: column name to kind and text, so that it can be made later
 * and read by a person. Unchanged cells are left out.
 *
 * @param operation the {@link TargetChange.Verb}, or UNMAPPED and the source's operation
 * @param key the values of the key columns as they were
 * @param row the values that the row is to have; null for DELETE
 */
record StoredChange(
        String operation, Map<String, Value> key, @Nullable Map<String, Value> row) {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final TypeReference<StoredChange> SELF = new TypeReference<>() {};
    private static final TypeReference<Map<String, Value>> KEY = new TypeReference<>() {};

    /** A value as text. {@code text} is null for NULL. */
    record Value(String kind, @Nullable String text) {}

    static StoredChange of(TargetChange change) {
        TargetTable table = change.table();
        TargetRow named = change.key() == null ? change.row() : change.key();
        Map<String, Value> key = named == null ? Map.of() : values(table, named, table.key());
        TargetRow row = change.row();
        return new StoredChange(change.verb().name(), key, row == null ? null : values(table, row, allPlaces(row)));
    }

    /** A change of the source itself, under the names of the source's columns; of a deletion the row is what was deleted. */
    static StoredChange unmapped(Change change) {
        Row named = change.named();
        Row row = change.after() == null ? change.before() : change.after();
        int[] key = change.table().keyColumns();
        return new StoredChange(
                "UNMAPPED " + change.operation(),
                named == null ? Map.of() : values(named, IntStream.of(key)),
                row == null ? null : values(row, IntStream.range(0, row.size())));
    }

    private static Map<String, Value> values(Row row, IntStream cells) {
        Map<String, Value> values = new LinkedHashMap<>();
        cells.filter(cell -> !row.isUnchanged(cell))
                .forEach(cell -> values.put(row.table().columns().get(cell).name(), encode(row.value(cell))));
        return values;
    }

    /** The key alone, the same text for the same row. */
    String keyText() {
        return MAPPER.writeValueAsString(key);
    }

    /** The key that the row is to have afterwards, in the same form; what the change leaves alone stays. */
    String newKeyText() {
        Map<String, Value> after = new LinkedHashMap<>(key);
        if (row != null) {
            after.replaceAll((column, value) -> row.getOrDefault(column, value));
        }
        return MAPPER.writeValueAsString(after);
    }

    String text() {
        return MAPPER.writeValueAsString(this);
    }

    static StoredChange parse(String text) {
        try {
            return MAPPER.readValue(text, SELF);
        } catch (JacksonException e) {
            throw new CorruptionException(
                    "a row of tally_quarantine is no stored change: " + e.getOriginalMessage(), e);
        }
    }

    /** The columns of a {@link #keyText}. */
    static List<String> keyColumns(String keyText) {
        return List.copyOf(MAPPER.readValue(keyText, KEY).keySet());
    }

    /** A row that has the key of a {@link #keyText} and nothing else; null when that is not of this table's key. */
    static @Nullable TargetRow keyRow(String keyText, TargetTable table) {
        Map<String, Value> key = MAPPER.readValue(keyText, KEY);
        if (key.size() != table.key().size()) {
            return null;
        }
        int[] from = new int[table.columns().size()];
        Arrays.fill(from, TargetRow.COMPUTED);
        @Nullable Object[] cells = new Object[from.length];
        Arrays.fill(cells, TargetRow.UNCHANGED);
        for (int place : table.key()) {
            Value value = key.get(table.columns().get(place).name());
            if (value == null) {
                return null;
            }
            cells[place] = decode(value);
        }
        Row nothing =
                Row.over(new SourceTable(table.name(), List.of()), new byte[0]).build();
        return new TargetRow(nothing, from, cells);
    }

    private static List<Integer> allPlaces(TargetRow row) {
        List<Integer> places = new ArrayList<>();
        for (int cell = 0; cell < row.size(); cell++) {
            if (!row.isUnchanged(cell)) {
                places.add(cell);
            }
        }
        return places;
    }

    private static Map<String, Value> values(TargetTable table, TargetRow row, List<Integer> places) {
        Map<String, Value> values = new LinkedHashMap<>();
        places.forEach(place -> values.put(table.columns().get(place).name(), encode(row.value(place))));
        return values;
    }

    static Value encode(@Nullable Object value) {
        if (value == null) {
            return new Value("NULL", null);
        }
        if (value instanceof byte[] bytes) {
            return new Value("BYTES", Base64.getEncoder().encodeToString(bytes));
        }
        if (value instanceof List<?> labels) {
            return new Value("SET", MAPPER.writeValueAsString(labels));
        }
        return new Value(nameOf(value), value.toString());
    }

    private static String nameOf(Object value) {
        return value instanceof SpecialValue
                ? "SPECIAL"
                : value.getClass().getSimpleName().toUpperCase(Locale.ROOT);
    }

    static @Nullable Object decode(Value value) {
        String text = value.text();
        if (text == null) {
            return null;
        }
        return switch (value.kind()) {
            case "BOOLEAN" -> Boolean.valueOf(text);
            case "LONG" -> Long.valueOf(text);
            case "INTEGER" -> Integer.valueOf(text);
            case "BIGINTEGER" -> new BigInteger(text);
            case "BIGDECIMAL" -> new BigDecimal(text);
            case "FLOAT" -> Float.valueOf(text);
            case "DOUBLE" -> Double.valueOf(text);
            case "STRING" -> text;
            case "BYTES" -> Base64.getDecoder().decode(text);
            case "LOCALDATE" -> LocalDate.parse(text);
            case "DURATION" -> Duration.parse(text);
            case "LOCALDATETIME" -> LocalDateTime.parse(text);
            case "INSTANT" -> Instant.parse(text);
            case "UUID" -> UUID.fromString(text);
            case "SPECIAL" -> SpecialValue.valueOf(text);
            case "SET" -> MAPPER.readValue(text, new TypeReference<List<String>>() {});
            default ->
                throw new CorruptionException("a row of tally_quarantine holds a value of kind " + value.kind()
                        + ", which this version does not know");
        };
    }
}
