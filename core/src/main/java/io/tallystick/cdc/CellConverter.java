package io.tallystick.cdc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Brings a value into the Java type of the target column's kind. What cannot be brought there is handed on as text, so that
 * the target itself says what is wrong with it. Wall clocks and instants change into each other in UTC. Immutable, safe for
 * all threads.
 */
public final class CellConverter {

    private static final int LAST_YEAR = 9999;

    private final TargetDialect dialect;
    private final SpecialValues specials;

    public CellConverter(TargetDialect dialect, ConversionPolicy policy) {
        this.dialect = dialect;
        this.specials = new SpecialValues(dialect, policy);
    }

    /** The value of one cell of a row, ready for its column. Not for an unchanged cell. */
    public @Nullable Object cell(TargetRow row, int cell, TargetColumn column) throws SQLException {
        int at = row.sourceCell(cell);
        ValueKind from =
                at < 0 ? null : row.source().table().columns().get(at).type().kind();
        return convert(row.value(cell), from, column);
    }

    /**
     * @param from the kind that the value had in the source; null when a mapping computed it
     * @return null, a value of the column's kind, a text, or a {@link SpecialValue} that the column can hold
     * @throws java.sql.SQLDataException when the policy refuses the value
     */
    public @Nullable Object convert(@Nullable Object value, @Nullable ValueKind from, TargetColumn column)
            throws SQLException {
        if (value == null) {
            return null;
        }
        SpecialValue special = SpecialValues.in(value);
        if (special != null) {
            return specials.convert(value, special, column);
        }
        return switch (column.kind()) {
            case BOOLEAN -> truth(value, from);
            case INTEGER, DECIMAL -> number(value, from);
            case FLOAT -> value instanceof Number ? value : number(value, from);
            case BYTES -> bytes(value, from);
            case DATE -> inRange(date(value), column);
            case TIME -> time(value);
            case TIMESTAMP -> inRange(wallClock(value), column);
            case INSTANT -> inRange(instant(value), column);
            case INTERVAL -> value instanceof Duration span ? span.toString() : ValueText.plain(value);
            case UUID -> uuid(value);
            case BITS -> bits(value, from);
            case TEXT, JSON, ENUM, SET, OTHER -> text(value, column);
        };
    }

    /** MariaDB and MySQL would read the text of another year as something else instead of refusing it. */
    private Object inRange(Object time, TargetColumn column) throws SQLDataException {
        int year = time instanceof LocalDate date
                ? date.getYear()
                : time instanceof LocalDateTime local
                        ? local.getYear()
                        : time instanceof Instant instant
                                ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
                                        .getYear()
                                : 1;
        if (dialect.isMySqlFamily() && (year < 1 || year > LAST_YEAR)) {
            throw new SQLDataException(
                    "column " + column.name() + " (" + column.type() + ") cannot hold " + ValueText.plain(time)
                            + ", for " + dialect + " knows the years 1 to " + LAST_YEAR
                            + "; make it a text column, or mend the row",
                    "22008");
        }
        return time;
    }

    private static Object truth(Object value, @Nullable ValueKind from) {
        if (value instanceof Boolean) {
            return value;
        }
        Object number = number(value, from);
        if (number instanceof Number n && n.doubleValue() == 0) {
            return false;
        }
        return number instanceof Number n && n.doubleValue() == 1 ? true : ValueText.plain(value);
    }

    private static Object number(Object value, @Nullable ValueKind from) {
        if (value instanceof Boolean truth) {
            return truth ? 1L : 0L;
        }
        if (value instanceof Float || value instanceof Double) {
            return new BigDecimal(value.toString());
        }
        if (value instanceof BigInteger big) {
            return new BigDecimal(big);
        }
        if (value instanceof Number) {
            return value;
        }
        return from == ValueKind.BITS ? new BigDecimal(ValueText.number((String) value)) : ValueText.plain(value);
    }

    private static Object bytes(Object value, @Nullable ValueKind from) {
        if (value instanceof byte[]) {
            return value;
        }
        if (value instanceof UUID id) {
            return ByteBuffer.allocate(16)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .array();
        }
        String text = ValueText.plain(value);
        return from == ValueKind.BITS ? ValueText.pack(text) : text.getBytes(StandardCharsets.UTF_8);
    }

    private static Object date(Object value) {
        if (value instanceof LocalDate) {
            return value;
        }
        Object local = wallClock(value);
        return local instanceof LocalDateTime at ? at.toLocalDate() : local;
    }

    private static Object wallClock(Object value) {
        if (value instanceof LocalDate date) {
            return date.atStartOfDay();
        }
        if (value instanceof Instant instant) {
            return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
        }
        return value instanceof LocalDateTime ? value : ValueText.plain(value);
    }

    private static Object instant(Object value) {
        if (value instanceof Instant) {
            return value;
        }
        Object local = wallClock(value);
        return local instanceof LocalDateTime at ? at.toInstant(ZoneOffset.UTC) : local;
    }

    private static Object time(Object value) {
        if (value instanceof Duration) {
            return value;
        }
        if (value instanceof LocalTime time) {
            return Duration.ofNanos(time.toNanoOfDay());
        }
        return value instanceof LocalDateTime at
                ? Duration.ofNanos(at.toLocalTime().toNanoOfDay())
                : ValueText.plain(value);
    }

    private static Object uuid(Object value) {
        if (value instanceof byte[] bytes && bytes.length == 16) {
            ByteBuffer both = ByteBuffer.wrap(bytes);
            return new UUID(both.getLong(), both.getLong());
        }
        return value instanceof UUID ? value : ValueText.plain(value);
    }

    private static Object bits(Object value, @Nullable ValueKind from) {
        if (value instanceof byte[] bytes) {
            return ValueText.bits(bytes);
        }
        if (value instanceof Boolean truth) {
            return truth ? "1" : "0";
        }
        return from != ValueKind.BITS && value instanceof Long number && number >= 0
                ? Long.toBinaryString(number)
                : ValueText.plain(value);
    }

    private static Object text(Object value, TargetColumn column) {
        if (value instanceof java.util.List<?> labels && column.type().endsWith("[]")) {
            return "{"
                    + String.join(
                            ",",
                            labels.stream()
                                    .map(label -> '"'
                                            + String.valueOf(label)
                                                    .replace("\\", "\\\\")
                                                    .replace("\"", "\\\"")
                                            + '"')
                                    .toList())
                    + "}";
        }
        return ValueText.plain(value);
    }
}
