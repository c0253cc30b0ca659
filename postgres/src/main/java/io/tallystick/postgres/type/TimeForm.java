package io.tallystick.postgres.type;

import io.tallystick.cdc.SpecialValue;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoEra;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Dates and times: binary they are days or microseconds since 2000-01-01, with the ends of the range for infinity (datatype/timestamp.h);
 * as text ISO 8601 with {@code BC}. Stateless.
 */
final class TimeForm {

    private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);
    private static final long EPOCH_DAY = EPOCH.toEpochDay();
    private static final long EPOCH_SECOND = EPOCH_DAY * 86_400;
    private static final int MICROS = 1_000_000;

    private TimeForm() {}

    static Object date(ByteBuffer in) {
        int days = in.getInt();
        if (days == Integer.MAX_VALUE) {
            return SpecialValue.INFINITY;
        }
        return days == Integer.MIN_VALUE ? SpecialValue.MINUS_INFINITY : LocalDate.ofEpochDay(EPOCH_DAY + days);
    }

    static Object timestamp(ByteBuffer in) {
        Object instant = instant(in);
        return instant instanceof Instant found ? utc(found) : instant;
    }

    static Object instant(ByteBuffer in) {
        long micros = in.getLong();
        if (micros == Long.MAX_VALUE) {
            return SpecialValue.INFINITY;
        }
        return micros == Long.MIN_VALUE ? SpecialValue.MINUS_INFINITY : instant(micros);
    }

    /** @param micros since 2000-01-01 in UTC */
    static Instant instant(long micros) {
        return Instant.ofEpochSecond(
                EPOCH_SECOND + Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000L);
    }

    static LocalDateTime utc(Instant instant) {
        return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    }

    static Object timeOfDay(ByteBuffer in) {
        return Duration.of(in.getLong(), ChronoUnit.MICROS);
    }

    /** A time of day with its zone, which Java cannot hold when it is 24:00. The zone counts seconds to the west. */
    static Object timeWithZone(ByteBuffer in) {
        String time = text(Duration.of(in.getLong(), ChronoUnit.MICROS));
        int zone = -in.getInt();
        int seconds = Math.abs(zone);
        String text = time + (zone < 0 ? '-' : '+') + two(seconds / 3600);
        if (seconds % 3600 != 0) {
            text += ":" + two(seconds / 60 % 60);
        }
        return seconds % 60 == 0 ? text : text + ":" + two(seconds % 60);
    }

    static Object dateOf(String text) {
        Object special = special(text);
        return special != null ? special : localDate(text.endsWith(" BC"), without(text));
    }

    static Object timestampOf(String text) {
        Object special = special(text);
        return special != null ? special : dateTime(text.endsWith(" BC"), without(text));
    }

    static Object instantOf(String text) {
        Object special = special(text);
        if (special != null) {
            return special;
        }
        String plain = without(text);
        int zone = Math.max(plain.lastIndexOf('+'), plain.lastIndexOf('-'));
        ZoneOffset offset = ZoneOffset.of(plain.substring(zone));
        return dateTime(text.endsWith(" BC"), plain.substring(0, zone)).toInstant(offset);
    }

    static Object timeOf(String text) {
        return text.startsWith("24:")
                ? Duration.ofDays(1)
                : Duration.ofNanos(LocalTime.parse(text).toNanoOfDay());
    }

    static String text(LocalDate date) {
        int year = date.get(ChronoField.YEAR_OF_ERA);
        String text = String.format("%04d-%02d-%02d", year, date.getMonthValue(), date.getDayOfMonth());
        return date.getEra() == IsoEra.BCE ? text + " BC" : text;
    }

    static String text(LocalDateTime time, String zone) {
        String date = text(time.toLocalDate());
        boolean beforeChrist = date.endsWith(" BC");
        String clock = text(Duration.ofNanos(time.toLocalTime().toNanoOfDay()));
        return (beforeChrist ? without(date) : date) + " " + clock + zone + (beforeChrist ? " BC" : "");
    }

    static String text(Duration time) {
        String text = two(time.toHours()) + ":" + two(time.toMinutesPart()) + ":" + two(time.toSecondsPart());
        return time.getNano() == 0 ? text : text + fraction(time.getNano() / 1_000);
    }

    /** {@code .5} for 500,000; never empty. */
    static String fraction(long micros) {
        String digits = "." + String.format("%06d", micros);
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, end);
    }

    private static LocalDate localDate(boolean beforeChrist, String text) {
        int month = text.lastIndexOf('-', text.lastIndexOf('-') - 1);
        int year = Integer.parseInt(text.substring(0, month));
        // the year before 1 is 1 BC; java.time calls it 0
        return LocalDate.of(
                beforeChrist ? 1 - year : year,
                Integer.parseInt(text.substring(month + 1, month + 3)),
                Integer.parseInt(text.substring(month + 4)));
    }

    private static LocalDateTime dateTime(boolean beforeChrist, String text) {
        int blank = text.indexOf(' ');
        LocalDate date = localDate(beforeChrist, text.substring(0, blank));
        return LocalDateTime.of(date, LocalTime.parse(text.substring(blank + 1)));
    }

    private static @Nullable SpecialValue special(String text) {
        return switch (text) {
            case "infinity" -> SpecialValue.INFINITY;
            case "-infinity" -> SpecialValue.MINUS_INFINITY;
            default -> null;
        };
    }

    private static String without(String text) {
        return text.endsWith(" BC") ? text.substring(0, text.length() - 3) : text;
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }
}
