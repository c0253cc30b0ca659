package io.tallystick.mysql.cdc;

import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A character set of the servers that Java has too, but for a few characters, which would be read as others, or as none, without a
 * word. In the sets EUC-JP the rows of the user (F5 to FE) are the beginning of Unicode's private use area. Immutable.
 */
final class CorrectedSet {

    private static final int PRIVATE_USE = 0xe000;
    private static final int ROW = 94;
    private static final int FIRST_ROW_OF_USER = 0xf5;

    private final Charset java;
    private final Shape shape;
    /** By the bytes of the character as one number. */
    private final Map<Integer, Character> corrections;

    private CorrectedSet(Charset java, Map<Integer, Character> corrections) {
        this.java = java;
        this.shape = Shape.of(java);
        this.corrections = corrections;
    }

    /** @param corrections bytes=character, both in hexadecimal */
    static CorrectedSet of(Charset java, List<String> corrections) {
        Map<Integer, Character> all = new HashMap<>();
        for (String each : corrections) {
            String[] sides = each.split("=", -1);
            all.put(Integer.parseInt(sides[0], 16), (char) Integer.parseInt(sides[1], 16));
        }
        return new CorrectedSet(java, Map.copyOf(all));
    }

    String decode(byte[] bytes, int offset, int length) {
        StringBuilder text = new StringBuilder(length);
        int end = offset + length;
        int plain = offset;
        for (int at = offset; at < end; ) {
            int width = Math.min(shape.width(bytes[at] & 0xff), end - at);
            int corrected = corrected(bytes, at, width);
            if (corrected >= 0) {
                text.append(new String(bytes, plain, at - plain, java)).append((char) corrected);
                plain = at + width;
            }
            at += width;
        }
        return text.append(new String(bytes, plain, end - plain, java)).toString();
    }

    /** The character, or −1 where Java is right. */
    private int corrected(byte[] bytes, int at, int width) {
        if (bytes[at] >= 0) {
            return -1;
        }
        int number = 0;
        for (int i = at; i < at + width; i++) {
            number = number << 8 | bytes[i] & 0xff;
        }
        Character corrected = corrections.get(number);
        return corrected != null ? corrected : shape == Shape.EUC ? ofUser(number, width) : -1;
    }

    private static int ofUser(int number, int width) {
        int row = (number >> 8 & 0xff) - FIRST_ROW_OF_USER;
        int cell = (number & 0xff) - 0xa1;
        if (width < 2 || row < 0 || row > 9 || cell < 0 || cell >= ROW) {
            return -1;
        }
        return PRIVATE_USE + (width == 3 ? 10 * ROW : 0) + row * ROW + cell;
    }

    /** How many bytes a character has, as its first one tells. */
    private enum Shape {
        SINGLE,
        SHIFT,
        EUC;

        static Shape of(Charset java) {
            return switch (java.name()) {
                case "x-PCK" -> SHIFT;
                case "x-eucJP-Open" -> EUC;
                default -> SINGLE;
            };
        }

        int width(int first) {
            return switch (this) {
                case SINGLE -> 1;
                case SHIFT -> first >= 0x81 && first <= 0x9f || first >= 0xe0 ? 2 : 1;
                case EUC -> first == 0x8f ? 3 : first == 0x8e || first >= 0xa1 ? 2 : 1;
            };
        }
    }
}
