package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.SpecialValue;
import io.tallystick.cdc.ValueKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** A source's type whose log writes every cell as text, so that any value of a kind can be made by hand. */
public record PlainType(ValueKind kind, String declared) implements ColumnType {

    private static final String SPECIAL = "\u0001";

    public static PlainType of(ValueKind kind) {
        return new PlainType(kind, kind.name());
    }

    static byte[] encode(Object value) {
        String text;
        if (value instanceof byte[] bytes) {
            text = HexFormat.of().formatHex(bytes);
        } else if (value instanceof List<?> labels) {
            text = String.join(",", labels.stream().map(String::valueOf).toList());
        } else {
            text = value instanceof SpecialValue special ? SPECIAL + special.name() : value.toString();
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Object value(byte[] bytes, int offset, int length, boolean text) {
        String cell = new String(bytes, offset, length, StandardCharsets.UTF_8);
        if (cell.startsWith(SPECIAL)) {
            return SpecialValue.valueOf(cell.substring(1));
        }
        return switch (kind) {
            case BOOLEAN -> Boolean.valueOf(cell);
            case INTEGER -> cell.length() < 19 ? (Object) Long.valueOf(cell) : new BigInteger(cell);
            case DECIMAL -> new BigDecimal(cell);
            case FLOAT -> Double.valueOf(cell);
            case BYTES -> HexFormat.of().parseHex(cell);
            case DATE -> LocalDate.parse(cell);
            case TIME -> Duration.parse(cell);
            case TIMESTAMP -> LocalDateTime.parse(cell);
            case INSTANT -> Instant.parse(cell);
            case UUID -> UUID.fromString(cell);
            case SET -> cell.isEmpty() ? List.of() : List.of(cell.split(","));
            case TEXT, INTERVAL, JSON, ENUM, BITS, OTHER -> cell;
        };
    }
}
