package io.tallystick.cdc.type;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the spelling of a type says about its range, whichever engine spelt it.
 *
 * @param word the type's name in lower case, without numbers
 * @param length the first number in parentheses, a length or a precision; −1 when there is none
 * @param scale the second number, which PostgreSQL allows to be negative: {@code numeric(3,-2)} holds whole hundreds. Zero when there is none
 */
public record DeclaredType(String word, int length, int scale, boolean unsigned) {

    private static final Pattern NUMBERS = Pattern.compile("\\((\\d+)(?:\\s*,\\s*(-?\\d+))?\\)");

    /** Reads it as a catalog spells it. */
    public static DeclaredType of(String declared) {
        String text = declared.toLowerCase(Locale.ROOT);
        Matcher numbers = NUMBERS.matcher(text);
        boolean found = numbers.find();
        int length = found ? Integer.parseInt(numbers.group(1)) : -1;
        int scale = found && numbers.group(2) != null ? Integer.parseInt(numbers.group(2)) : 0;
        String word = text.split(" character set ", 2)[0]
                .replaceAll("\\(.*?\\)", "")
                .replace(" unsigned", "")
                .replace(" zerofill", "")
                .strip();
        return new DeclaredType(word, length, scale, text.contains("unsigned"));
    }

    /** Bytes that a text or a blob of MariaDB and MySQL has room for; of a type that is measured otherwise more than any value has. */
    long room() {
        return switch (word) {
            case "tinytext", "tinyblob" -> 255;
            case "text", "blob" -> 65_535;
            case "mediumtext", "mediumblob" -> 16_777_215;
            default -> Long.MAX_VALUE;
        };
    }

    /** Bits of an integer type, sign included; 64 when the word is not known. */
    int bits() {
        return switch (word) {
            case "tinyint" -> 8;
            case "smallint", "int2", "year", "smallserial" -> 16;
            case "mediumint" -> 24;
            case "int", "integer", "int4", "serial" -> 32;
            default -> 64;
        };
    }

    /** Decimal digits that every value of this integer type has at most. */
    int digits() {
        return switch (bits()) {
            case 8 -> 3;
            case 16 -> 5;
            case 24 -> 8;
            case 32 -> 10;
            default -> unsigned ? 20 : 19;
        };
    }

    /** Digits before the point that every value of this decimal type has at most. */
    int wholeDigits() {
        return length - scale;
    }

    /** Whether every integer of that type is one of this type. */
    boolean holdsIntegersOf(DeclaredType other) {
        if (unsigned) {
            return other.unsigned && other.bits() <= bits();
        }
        return other.unsigned ? other.bits() < bits() : other.bits() <= bits();
    }

    /** Digits of a second that a time keeps: MariaDB and MySQL none, PostgreSQL and H2 six, unless declared. */
    int fraction(boolean ofMySqlFamily) {
        if (length >= 0) {
            return length;
        }
        return ofMySqlFamily || word.equals("datetime") ? 0 : 6;
    }

    boolean isSingle() {
        return word.equals("real") || word.equals("float4") || word.equals("float");
    }
}
