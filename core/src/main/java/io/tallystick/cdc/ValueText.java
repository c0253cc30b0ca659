package io.tallystick.cdc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Values of {@link ValueKind}'s Java types in text. */
public final class ValueText {

    private static final DateTimeFormatter DATE = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR_OF_ERA, 4, 9, java.time.format.SignStyle.NOT_NEGATIVE)
            .appendPattern("-MM-dd")
            .toFormatter(Locale.ROOT);
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .append(DATE)
            .appendPattern(" HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);
    /** ISO 8601, which writes the year before the year 1 as 0000 and the one before it as -0001. */
    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR, 4, 9, java.time.format.SignStyle.EXCEEDS_PAD)
            .appendPattern("-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);

    private static final long NANOS = 1_000_000_000;

    private ValueText() {}

    /** As a person would write it, with the zone for instants: what a text column of another engine gets. */
    public static String plain(Object value) {
        if (value instanceof Instant instant) {
            return instant.toString();
        }
        return common(value, "true", "false");
    }

    /** As PostgreSQL reads its own types, in any setting of the session. */
    static String postgres(Object value) {
        if (value instanceof Instant instant) {
            LocalDateTime utc = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
            return TIMESTAMP.format(utc) + "+00" + era(utc.toLocalDate());
        }
        if (value instanceof LocalDateTime local) {
            return TIMESTAMP.format(local) + era(local.toLocalDate());
        }
        if (value instanceof LocalDate date) {
            return DATE.format(date) + era(date);
        }
        if (value instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        return common(value, "t", "f");
    }

    /** As MariaDB and MySQL read their own types in a session whose zone is UTC. */
    static String mySql(Object value) {
        if (value instanceof Instant instant) {
            return ISO.format(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
        }
        return common(value, "1", "0");
    }

    private static String common(Object value, String yes, String no) {
        if (value instanceof Boolean truth) {
            return truth ? yes : no;
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof LocalDateTime local) {
            return ISO.format(local);
        }
        if (value instanceof Duration span) {
            return clock(span);
        }
        if (value instanceof List<?> labels) {
            return String.join(",", labels.stream().map(String::valueOf).toList());
        }
        return value instanceof SpecialValue special ? word(special) : value.toString();
    }

    /** Hours, minutes, seconds; hours beyond 24, and negative, when need be. */
    private static String clock(Duration span) {
        Duration size = span.abs();
        String seconds = String.format(
                Locale.ROOT,
                "%s%02d:%02d:%02d",
                span.isNegative() ? "-" : "",
                size.toHours(),
                size.toMinutesPart(),
                size.toSecondsPart());
        int nanos = size.getNano();
        return nanos == 0
                ? seconds
                : seconds + "." + Long.toString(NANOS + nanos).substring(1).replaceAll("0+$", "");
    }

    private static String era(LocalDate date) {
        return date.getYear() <= 0 ? " BC" : "";
    }

    public static String word(SpecialValue special) {
        return switch (special) {
            case INFINITY -> "infinity";
            case MINUS_INFINITY -> "-infinity";
            case NOT_A_NUMBER -> "NaN";
            case ZERO_DATE -> "0000-00-00";
        };
    }

    /** Zeros and ones as bytes, the last bit in the last byte's lowest place. */
    static byte[] pack(String bits) {
        byte[] bytes = new byte[Math.max(1, (bits.length() + 7) / 8)];
        for (int i = 0; i < bits.length(); i++) {
            if (bits.charAt(bits.length() - 1 - i) == '1') {
                bytes[bytes.length - 1 - i / 8] |= (byte) (1 << (i % 8));
            }
        }
        return bytes;
    }

    static String bits(byte[] bytes) {
        StringBuilder bits = new StringBuilder(8 * bytes.length);
        for (byte each : bytes) {
            bits.append(Integer.toBinaryString((each & 0xff) | 0x100), 1, 9);
        }
        return bits.toString();
    }

    static BigInteger number(String bits) {
        return bits.isEmpty() ? BigInteger.ZERO : new BigInteger(bits, 2);
    }
}
