package io.tallystick.mysql.cdc;

import io.tallystick.jdbc.RejectedException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the servers' character sets are in Java. Stateless. */
final class CharacterSets {

    static final String BINARY = "binary";

    /**
     * Server's name, Java's name, bytes of the widest character, and the characters that the servers take for others than Java does:
     * bytes=character. All are compared with the servers' own conversions in a test.
     */
    private static final String TABLE = """
            utf8mb4 UTF-8 4
            utf8mb3 UTF-8 3
            utf8 UTF-8 3
            latin1 windows-1252 1 81=81 8D=8D 8F=8F 90=90 9D=9D
            ascii US-ASCII 1
            ucs2 UTF-16BE 2
            utf16 UTF-16BE 4
            utf16le UTF-16LE 4
            utf32 UTF-32BE 4
            latin2 ISO-8859-2 1
            latin5 ISO-8859-9 1
            latin7 ISO-8859-13 1
            greek ISO-8859-7 1 A1=2BD A2=2BC
            hebrew ISO-8859-8 1 AF=203E
            cp850 IBM850 1
            cp852 IBM852 1
            cp866 IBM866 1 FC=207F FD=B2
            cp1250 windows-1250 1
            cp1251 windows-1251 1
            cp1256 windows-1256 1
            cp1257 windows-1257 1
            koi8r KOI8-R 1
            koi8u KOI8-U 1 95=2022
            tis620 x-iso-8859-11 1
            macroman x-MacRoman 1
            macce x-MacCentralEurope 1
            sjis x-PCK 2 815F=5C
            cp932 windows-31j 2
            ujis x-eucJP-Open 3 A1BD=2015 A1C0=5C 8FA2B7=7E
            eucjpms x-eucJP-Open 3 A1BD=2015 A1C1=FF5E A1C2=2225 A1DD=FF0D A1F1=FFE0 A1F2=FFE1 A2CC=FFE2 8FA2C3=FFE4
            euckr x-windows-949 2
            big5 x-Big5-Solaris 2
            gbk x-mswin-936 2
            gb2312 GB2312 2
            gb18030 GB18030 4
            """;

    private static final Map<String, String[]> KNOWN = known();
    private static final Map<String, CorrectedSet> CORRECTED = corrected();

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
        CorrectedSet corrected = CORRECTED.get(name);
        return corrected == null
                ? new String(bytes, offset, length, charset(name))
                : corrected.decode(bytes, offset, length);
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

    private static Map<String, String[]> known() {
        Map<String, String[]> known = new HashMap<>();
        TABLE.lines().map(line -> line.split(" ", -1)).forEach(words -> known.put(words[0], words));
        return Map.copyOf(known);
    }

    private static Map<String, CorrectedSet> corrected() {
        Map<String, CorrectedSet> corrected = new HashMap<>();
        KNOWN.forEach((name, words) -> {
            if (words.length > 3 && Charset.isSupported(words[1])) {
                corrected.put(
                        name,
                        CorrectedSet.of(
                                Charset.forName(words[1]), List.of(words).subList(3, words.length)));
            }
        });
        return Map.copyOf(corrected);
    }

    /**
     * The name of the character set of each collation id, as the server lists them; null for an unknown id.
     *
     * @param ofGeometries whether the log counts geometries among the columns that have a character set, as MariaDB does (its BLOB is
     *     what they are made of) and MySQL does not
     */
    record Collations(Map<Integer, String> characterSets, boolean ofGeometries) {

        @Nullable
        String characterSet(int collation) {
            return characterSets.get(collation);
        }
    }
}
