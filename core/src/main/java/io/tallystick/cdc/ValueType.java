package io.tallystick.cdc;

import io.tallystick.jdbc.CorruptionException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * A column of a source that reads values, not a log's own bytes: a cell holds bytes as they are, and every other value as the one text
 * that it has, in ISO 8601 for times. Numbers stand without exponent.
 */
public record ValueType(String declared, ValueKind kind) implements ColumnType {

    public static final String INFINITY = "infinity";
    public static final String MINUS_INFINITY = "-infinity";
    public static final String NOT_A_NUMBER = "NaN";
    public static final String ZERO_DATE = "0000-00-00";

    private static final int MOST_DIGITS_OF_LONG = 18;

    @Override
    public Object value(byte[] bytes, int offset, int length, boolean text) {
        if (kind == ValueKind.BYTES) {
            return Arrays.copyOfRange(bytes, offset, offset + length);
        }
        return value(new String(bytes, offset, length, StandardCharsets.UTF_8));
    }

    private Object value(String cell) {
        try {
            return switch (kind) {
                case BOOLEAN -> Boolean.valueOf(cell);
                case INTEGER -> cell.length() <= MOST_DIGITS_OF_LONG ? (Object) Long.valueOf(cell) : large(cell);
                case DECIMAL -> special(cell) instanceof SpecialValue special ? special : new BigDecimal(cell);
                case FLOAT -> Double.valueOf(cell);
                case DATE -> special(cell) instanceof SpecialValue special ? special : LocalDate.parse(cell);
                case TIME -> Duration.parse(cell);
                case TIMESTAMP -> special(cell) instanceof SpecialValue special ? special : LocalDateTime.parse(cell);
                case INSTANT -> special(cell) instanceof SpecialValue special ? special : Instant.parse(cell);
                case UUID -> UUID.fromString(cell);
                case SET -> cell.isEmpty() ? List.of() : List.of(cell.split(","));
                case BYTES -> HexFormat.of().parseHex(cell);
                case TEXT, INTERVAL, JSON, ENUM, BITS, OTHER -> cell;
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new CorruptionException("'" + cell + "' is no value of type " + declared, e);
        }
    }

    private static Object large(String cell) {
        BigInteger number = new BigInteger(cell);
        return number.bitLength() < Long.SIZE ? (Object) number.longValueExact() : number;
    }

    private static Object special(String cell) {
        return switch (cell) {
            case INFINITY -> SpecialValue.INFINITY;
            case MINUS_INFINITY -> SpecialValue.MINUS_INFINITY;
            case NOT_A_NUMBER -> SpecialValue.NOT_A_NUMBER;
            case ZERO_DATE -> SpecialValue.ZERO_DATE;
            default -> cell;
        };
    }

    /** The value of a key's cell from its text; bytes stand in hexadecimal. */
    public Object keyValue(String text) {
        return value(text);
    }
}
