package io.tallystick.mysql.cdc;

import static io.tallystick.mysql.cdc.LogCells.little;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * MySQL's binary JSON as the text that the server prints for it (sql/json_binary.h). Keys stand in the server's order; numbers keep
 * their digits. One object per document; for one thread.
 */
final class JsonCells {

    private static final int SMALL_OBJECT = 0;
    private static final int LARGE_OBJECT = 1;
    private static final int SMALL_ARRAY = 2;
    private static final int LARGE_ARRAY = 3;
    private static final int LITERAL = 4;
    private static final int INT16 = 5;
    private static final int UINT16 = 6;
    private static final int INT32 = 7;
    private static final int UINT32 = 8;
    private static final int INT64 = 9;
    private static final int UINT64 = 10;
    private static final int DOUBLE = 11;
    private static final int STRING = 12;
    private static final int OPAQUE = 15;
    private static final String HEX = "0123456789abcdef";

    private final byte[] bytes;
    private final StringBuilder text;

    private JsonCells(byte[] bytes, int length) {
        this.bytes = bytes;
        this.text = new StringBuilder(length + length / 2);
    }

    static String text(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return "null"; // the server reads an empty cell, left by a non-strict INSERT, as this
        }
        JsonCells document = new JsonCells(bytes, length);
        document.value(bytes[offset], offset + 1);
        return document.text.toString();
    }

    private void value(int type, int at) {
        switch (type) {
            case SMALL_OBJECT, LARGE_OBJECT -> object(at, type == LARGE_OBJECT ? 4 : 2);
            case SMALL_ARRAY, LARGE_ARRAY -> array(at, type == LARGE_ARRAY ? 4 : 2);
            case LITERAL -> text.append(bytes[at] == 0 ? "null" : bytes[at] == 1 ? "true" : "false");
            case INT16 -> text.append((short) little(bytes, at, 2));
            case UINT16 -> text.append(little(bytes, at, 2));
            case INT32 -> text.append((int) little(bytes, at, 4));
            case UINT32 -> text.append(little(bytes, at, 4));
            case INT64 -> text.append(little(bytes, at, 8));
            case UINT64 -> text.append(Long.toUnsignedString(little(bytes, at, 8)));
            case DOUBLE -> text.append(number(Double.longBitsToDouble(little(bytes, at, 8))));
            case STRING -> string(at);
            case OPAQUE -> opaque(at);
            default -> throw new IllegalArgumentException("unknown JSON type " + type);
        }
    }

    private void object(int at, int width) {
        int count = (int) little(bytes, at, width);
        int keys = at + 2 * width;
        int values = keys + count * (width + 2);
        text.append('{');
        for (int i = 0; i < count; i++) {
            int key = keys + i * (width + 2);
            text.append(i == 0 ? "" : ", ");
            quoted(at + (int) little(bytes, key, width), (int) little(bytes, key + width, 2));
            text.append(": ");
            entry(at, values + i * (width + 1), width);
        }
        text.append('}');
    }

    private void array(int at, int width) {
        int count = (int) little(bytes, at, width);
        text.append('[');
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ", ");
            entry(at, at + 2 * width + i * (width + 1), width);
        }
        text.append(']');
    }

    /** A type and, if it fits, the value itself, else where it stands behind the start of its container. */
    private void entry(int container, int at, int width) {
        int type = bytes[at];
        boolean inlined =
                type == LITERAL || type == INT16 || type == UINT16 || width == 4 && (type == INT32 || type == UINT32);
        value(type, inlined ? at + 1 : container + (int) little(bytes, at + 1, width));
    }

    private void string(int at) {
        int[] length = length(at);
        quoted(at + length[1], length[0]);
    }

    /** A length in groups of seven bits, and how many bytes it took. */
    private int[] length(int at) {
        int value = 0;
        for (int i = 0; i < 5; i++) {
            value |= (bytes[at + i] & 0x7f) << 7 * i;
            if (bytes[at + i] >= 0) {
                return new int[] {value, i + 1};
            }
        }
        throw new IllegalArgumentException("a JSON length of more than five bytes");
    }

    private void quoted(int at, int length) {
        quoted(new String(bytes, at, length, StandardCharsets.UTF_8));
    }

    private void quoted(String plain) {
        text.append('"');
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20) {
                        text.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    /** The shortest digits that mean this number, always with a point or an exponent, so that it stays a double. */
    private static String number(double value) {
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent < -15 || exponent > 14) {
            String digits = exact.unscaledValue().abs().toString();
            return (value < 0 ? "-" : "") + digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "")
                    + "e" + exponent;
        }
        String plain = exact.toPlainString();
        return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }

    /** A value of an SQL type: decimals stay numbers, times are quoted, anything else is base64 with its type's number. */
    private void opaque(int at) {
        int type = bytes[at] & 0xff;
        int[] length = length(at + 1);
        int start = at + 1 + length[1];
        switch (type) {
            case 246 ->
                text.append(LogCells.decimal(bytes, start + 2, bytes[start], bytes[start + 1])
                        .toPlainString());
            case 10 -> quoted(day(little(bytes, start, 8)));
            case 7, 12 -> quoted(day(little(bytes, start, 8)) + " " + clock(little(bytes, start, 8), 31));
            case 11 -> {
                long packed = little(bytes, start, 8);
                quoted((packed < 0 ? "-" : "") + clock(Math.abs(packed), 0x3ff));
            }
            default ->
                quoted("base64:type" + type + ":"
                        + Base64.getEncoder()
                                .encodeToString(java.util.Arrays.copyOfRange(bytes, start, start + length[0])));
        }
    }

    private static String day(long packed) {
        long days = packed >> 41;
        long months = days >> 5;
        return String.format(java.util.Locale.ROOT, "%04d-%02d-%02d", months / 13, months % 13, days & 31);
    }

    private static String clock(long packed, int hours) {
        long whole = packed >> 24;
        return String.format(
                java.util.Locale.ROOT,
                "%02d:%02d:%02d.%06d",
                whole >> 12 & hours,
                whole >> 6 & 63,
                whole & 63,
                packed & 0xffffff);
    }
}
