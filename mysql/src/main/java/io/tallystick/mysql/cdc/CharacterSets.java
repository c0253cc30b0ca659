package io.tallystick.mysql.cdc;

import io.tallystick.jdbc.RejectedException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the servers' character sets are in Java. Stateless. */
final class CharacterSets {

    static final String BINARY = "binary";

    /** Server's name, Java's name, bytes of the widest character. */
    private static final String TABLE = """
            utf8mb4 UTF-8 4
            utf8mb3 UTF-8 3
            utf8 UTF-8 3
            latin1 windows-1252 1
            ascii US-ASCII 1
            ucs2 UTF-16BE 2
            utf16 UTF-16BE 4
            utf16le UTF-16LE 4
            utf32 UTF-32BE 4
            latin2 ISO-8859-2 1
            latin5 ISO-8859-9 1
            latin7 ISO-8859-13 1
            greek ISO-8859-7 1
            hebrew ISO-8859-8 1
            cp850 IBM850 1
            cp852 IBM852 1
            cp866 IBM866 1
            cp1250 windows-1250 1
            cp1251 windows-1251 1
            cp1256 windows-1256 1
            cp1257 windows-1257 1
            koi8r KOI8-R 1
            koi8u KOI8-U 1
            tis620 x-windows-874 1
            macroman x-MacRoman 1
            macce x-MacCentralEurope 1
            sjis Shift_JIS 2
            cp932 windows-31j 2
            ujis EUC-JP 3
            eucjpms EUC-JP 3
            euckr x-windows-949 2
            big5 Big5 2
            gbk GBK 2
            gb2312 GB2312 2
            gb18030 GB18030 4
            """;

    private static final Map<String, String[]> KNOWN = known();
    /** What windows-1252 leaves open the server maps to the control characters of the same number. */
    private static final char UNMAPPED = '\ufffd';

    private CharacterSets() {}

    static boolean isKnown(String name) {
        String[] found = KNOWN.get(name);
        return found != null && Charset.isSupported(found[1]);
    }

    /** The most bytes of one character. */
    static int widest(String name) {
        String[] found = KNOWN.get(name);
        return found == null ? 1 : Integer.parseInt(found[2]);
    }

    static String decode(String name, byte[] bytes, int offset, int length) {
        if (name.startsWith("utf8")) {
            return new String(bytes, offset, length, StandardCharsets.UTF_8);
        }
        String text = new String(bytes, offset, length, charset(name));
        return name.equals("latin1") && text.indexOf(UNMAPPED) >= 0 ? withControls(text, bytes, offset) : text;
    }

    static Charset charset(String name) {
        String[] found = KNOWN.get(name);
        if (found == null || !Charset.isSupported(found[1])) {
            throw new RejectedException(
                    "the character set " + name + " is unknown to Java; change the column to utf8mb4:"
                            + " ALTER TABLE … MODIFY … CHARACTER SET utf8mb4");
        }
        return Charset.forName(found[1]);
    }

    private static String withControls(String text, byte[] bytes, int offset) {
        char[] chars = text.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            if (chars[i] == UNMAPPED) {
                chars[i] = (char) (bytes[offset + i] & 0xff);
            }
        }
        return new String(chars);
    }

    private static Map<String, String[]> known() {
        Map<String, String[]> known = new HashMap<>();
        TABLE.lines().map(line -> line.split(" ", -1)).forEach(words -> known.put(words[0], words));
        return Map.copyOf(known);
    }

    /** The name of the character set of each collation id, as the server lists them; null for an unknown id. */
    record Collations(Map<Integer, String> characterSets) {

        @Nullable
        String characterSet(int collation) {
            return characterSets.get(collation);
        }
    }
}
