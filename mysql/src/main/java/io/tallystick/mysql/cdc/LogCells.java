package io.tallystick.mysql.cdc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cells as the binary log writes them. Stateless. */
final class LogCells {

    private static final int[] DIGIT_BYTES = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
    private static final int LONG_DIGITS = 18;
    private static final long[] TENS = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
    };

    private LogCells() {}

    static Object value(MySqlType type, byte[] bytes, int offset, int length) {
        return switch (type.form()) {
            case TINYINT, SMALLINT, MEDIUMINT, INT, BIGINT ->
                integer(little(bytes, offset, length), length, type.unsigned());
            case DECIMAL -> decimal(bytes, offset, type.size(), type.scale());
            case FLOAT -> Float.intBitsToFloat((int) little(bytes, offset, 4));
            case DOUBLE -> Double.longBitsToDouble(little(bytes, offset, 8));
            case BIT -> bits(bytes, offset, length, type.size());
            case YEAR -> bytes[offset] == 0 ? 0L : 1900L + (bytes[offset] & 0xff);
            case DATE, TIME, DATETIME, TIMESTAMP, OLD_TIME, OLD_DATETIME, OLD_TIMESTAMP ->
                TimeCells.value(type, bytes, offset, length);
            case CHAR, VARCHAR, TEXT, JSON_TEXT -> CharacterSets.decode(type.characterSet(), bytes, offset, length);
            case BINARY -> Arrays.copyOf(Arrays.copyOfRange(bytes, offset, offset + length), type.size());
            case VARBINARY, BLOB, GEOMETRY -> Arrays.copyOfRange(bytes, offset, offset + length);
            case COMPRESSED_VARCHAR, COMPRESSED_TEXT -> {
                byte[] plain = CompressedCells.inflate(bytes, offset, length);
                yield CharacterSets.decode(type.characterSet(), plain, 0, plain.length);
            }
            case COMPRESSED_VARBINARY, COMPRESSED_BLOB -> CompressedCells.inflate(bytes, offset, length);
            case ENUM -> label(type, little(bytes, offset, length));
            case SET -> labels(type, little(bytes, offset, length));
            case JSON -> JsonCells.text(bytes, offset, length);
            case UUID -> AddressCells.uuid(Arrays.copyOf(Arrays.copyOfRange(bytes, offset, offset + length), 16));
            case INET4, INET6 ->
                AddressCells.internet(Arrays.copyOf(
                        Arrays.copyOfRange(bytes, offset, offset + length), type.form() == ColumnForm.INET4 ? 4 : 16));
            case VECTOR -> vector(bytes, offset, length);
        };
    }

    static long little(byte[] bytes, int offset, int length) {
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << 8 | bytes[offset + i] & 0xff;
        }
        return value;
    }

    static long big(byte[] bytes, int offset, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | bytes[offset + i] & 0xff;
        }
        return value;
    }

    private static Object integer(long value, int length, boolean unsigned) {
        if (!unsigned) {
            int shift = 64 - 8 * length;
            return value << shift >> shift;
        }
        return value < 0 ? new BigInteger(Long.toUnsignedString(value)) : (Object) value;
    }

    /** Groups of nine digits in four bytes, the rest in as few as they need; the first bit is set for numbers not below zero. */
    static BigDecimal decimal(byte[] bytes, int offset, int precision, int scale) {
        return precision <= LONG_DIGITS
                ? smallDecimal(bytes, offset, precision - scale, scale)
                : largeDecimal(bytes, offset, precision, scale);
    }

    private static BigDecimal smallDecimal(byte[] bytes, int offset, int whole, int scale) {
        boolean negative = (bytes[offset] & 0x80) == 0;
        int flip = negative ? 0xff : 0;
        long value = 0;
        int at = offset;
        // the whole part begins with what is left over from its groups of nine, the fraction ends with it
        for (int left = whole, count = whole % 9; left > 0; left -= count, count = 9) {
            count = count == 0 ? 9 : count;
            value = value * TENS[count] + group(bytes, at, DIGIT_BYTES[count], flip, offset);
            at += DIGIT_BYTES[count];
        }
        for (int left = scale; left > 0; left -= 9) {
            int count = Math.min(9, left);
            value = value * TENS[count] + group(bytes, at, DIGIT_BYTES[count], flip, offset);
            at += DIGIT_BYTES[count];
        }
        return BigDecimal.valueOf(negative ? -value : value, scale);
    }

    private static long group(byte[] bytes, int at, int size, int flip, int signAt) {
        long group = 0;
        for (int i = at; i < at + size; i++) {
            group = group << 8 | (bytes[i] & 0xff ^ flip ^ (i == signAt ? 0x80 : 0));
        }
        return group;
    }

    private static BigDecimal largeDecimal(byte[] bytes, int offset, int precision, int scale) {
        int whole = precision - scale;
        int size = decimalSize(precision, scale);
        boolean negative = (bytes[offset] & 0x80) == 0;
        byte[] plain = Arrays.copyOfRange(bytes, offset, offset + size);
        plain[0] ^= (byte) 0x80;
        if (negative) {
            for (int i = 0; i < plain.length; i++) {
                plain[i] = (byte) ~plain[i];
            }
        }
        StringBuilder digits = new StringBuilder(precision + 2);
        digits.append(negative ? "-" : "").append('0');
        int at = append(digits, plain, 0, whole % 9);
        for (int i = 0; i < whole / 9; i++) {
            at = append(digits, plain, at, 9);
        }
        for (int i = 0; i < scale / 9; i++) {
            at = append(digits, plain, at, 9);
        }
        append(digits, plain, at, scale % 9);
        return new BigDecimal(new BigInteger(digits.toString()), scale);
    }

    static int decimalSize(int precision, int scale) {
        int whole = precision - scale;
        return whole / 9 * 4 + DIGIT_BYTES[whole % 9] + scale / 9 * 4 + DIGIT_BYTES[scale % 9];
    }

    private static int append(StringBuilder digits, byte[] bytes, int at, int count) {
        if (count == 0) {
            return at;
        }
        int size = DIGIT_BYTES[count];
        String group = Long.toString(big(bytes, at, size));
        digits.append("0".repeat(Math.max(0, count - group.length()))).append(group);
        return at + size;
    }

    private static String bits(byte[] bytes, int offset, int length, int size) {
        String digits = Long.toBinaryString(big(bytes, offset, length));
        return "0".repeat(Math.max(0, size - digits.length())) + digits;
    }

    /** Number 0 is the empty string that a non-strict server writes for a bad label. */
    private static String label(MySqlType type, long number) {
        return number == 0 ? "" : type.labels().get(Math.toIntExact(number - 1));
    }

    private static List<String> labels(MySqlType type, long members) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            if ((members >>> i & 1) != 0) {
                found.add(type.labels().get(i));
            }
        }
        return found;
    }

    static String vector(byte[] bytes, int offset, int length) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i + 4 <= length; i += 4) {
            text.append(i == 0 ? "" : ",").append(Float.intBitsToFloat((int) little(bytes, offset + i, 4)));
        }
        return text.append(']').toString();
    }
}
