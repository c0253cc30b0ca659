package io.tallystick.mysql.cdc;

import io.tallystick.cdc.SpecialValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Cells as the text protocol sends them to a session in UTF-8 and UTC: text as text, bytes as bytes. What would lose something on the
 * way is selected in another form ({@link SnapshotColumns}): FLOAT as a double, BIT as a number, SET as a number. Stateless.
 */
final class TextCells {

    private TextCells() {}

    static Object value(MySqlType type, byte[] bytes, int offset, int length) {
        return switch (type.form()) {
            case TINYINT, SMALLINT, MEDIUMINT, INT, BIGINT -> integer(string(bytes, offset, length));
            case YEAR -> Long.parseLong(string(bytes, offset, length));
            case DECIMAL -> new BigDecimal(string(bytes, offset, length));
            case FLOAT -> (float) Double.parseDouble(string(bytes, offset, length));
            case DOUBLE -> Double.parseDouble(string(bytes, offset, length));
            case BIT -> bits(string(bytes, offset, length), type.size());
            case DATE -> date(string(bytes, offset, length));
            case TIME, OLD_TIME -> time(string(bytes, offset, length));
            case DATETIME, OLD_DATETIME -> datetime(string(bytes, offset, length));
            case TIMESTAMP, OLD_TIMESTAMP ->
                datetime(string(bytes, offset, length)) instanceof LocalDateTime utc
                        ? utc.toInstant(ZoneOffset.UTC)
                        : SpecialValue.ZERO_DATE;
            case BINARY, VARBINARY, BLOB, COMPRESSED_VARBINARY, COMPRESSED_BLOB, GEOMETRY ->
                Arrays.copyOfRange(bytes, offset, offset + length);
            case SET -> labels(type, Long.parseUnsignedLong(string(bytes, offset, length)));
            case UUID -> UUID.fromString(string(bytes, offset, length));
            case VECTOR -> LogCells.vector(bytes, offset, length);
            default -> string(bytes, offset, length);
        };
    }

    private static String string(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }

    private static Object integer(String digits) {
        BigInteger value = new BigInteger(digits);
        return value.bitLength() < 64 ? value.longValue() : (Object) value;
    }

    private static String bits(String number, int size) {
        String digits = Long.toBinaryString(Long.parseUnsignedLong(number));
        return "0".repeat(Math.max(0, size - digits.length())) + digits;
    }

    private static Object date(String text) {
        return TimeCells.date(
                Integer.parseInt(text.substring(0, 4)),
                Integer.parseInt(text.substring(5, 7)),
                Integer.parseInt(text.substring(8, 10)));
    }

    private static Object datetime(String text) {
        return TimeCells.datetime(date(text), LocalTime.parse(text.substring(11)));
    }

    private static Duration time(String text) {
        boolean negative = text.startsWith("-");
        String[] parts = (negative ? text.substring(1) : text).split(":", -1);
        BigDecimal seconds = new BigDecimal(parts[2]);
        Duration duration = Duration.ofHours(Long.parseLong(parts[0]))
                .plusMinutes(Long.parseLong(parts[1]))
                .plusNanos(seconds.movePointRight(9).longValueExact());
        return negative ? duration.negated() : duration;
    }

    private static List<String> labels(MySqlType type, long members) {
        return java.util.stream.IntStream.range(0, type.labels().size())
                .filter(i -> (members >>> i & 1) != 0)
                .mapToObj(type.labels()::get)
                .toList();
    }
}
