package io.tallystick.mysql.cdc;

import static io.tallystick.mysql.cdc.LogCells.big;
import static io.tallystick.mysql.cdc.LogCells.little;

import io.tallystick.cdc.SpecialValue;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates and times as the binary log writes them (the servers' sql/compat56.cc and my_time.cc). Stateless. */
final class TimeCells {

    private static final int[] FRACTION_BYTES = {0, 1, 1, 2, 2, 3, 3};
    /** Nanoseconds of one unit in a fraction of so many bytes. */
    private static final int[] FRACTION_NANOS = {0, 10_000_000, 100_000, 1_000};

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT);

    private TimeCells() {}

    static int fractionBytes(int digits) {
        return FRACTION_BYTES[digits];
    }

    static Object value(MySqlType type, byte[] bytes, int offset, int length) {
        return switch (type.form()) {
            case DATE -> date(little(bytes, offset, 3));
            case TIME -> time(bytes, offset, length);
            case DATETIME -> datetime(bytes, offset, length);
            case TIMESTAMP -> instant(big(bytes, offset, 4), nanos(bytes, offset + 4, length - 4));
            case OLD_TIME -> oldTime((int) little(bytes, offset, 3) << 8 >> 8);
            case OLD_DATETIME -> oldDatetime(little(bytes, offset, 8));
            case OLD_TIMESTAMP -> instant(little(bytes, offset, 4), 0);
            default -> throw new IllegalArgumentException("no time: " + type.form());
        };
    }

    /** A date; a zero date; or, where there is no such day (2024-00-15, 2024-02-31), its text. */
    static Object date(int year, int month, int day) {
        if (year == 0 && month == 0 && day == 0) {
            return SpecialValue.ZERO_DATE;
        }
        boolean real = month > 0 && day > 0 && day <= YearMonth.of(year, month).lengthOfMonth();
        return real ? LocalDate.of(year, month, day) : String.format(Locale.ROOT, "%04d-%02d-%02d", year, month, day);
    }

    static Object datetime(Object date, LocalTime time) {
        if (date instanceof LocalDate day) {
            return day.atTime(time);
        }
        if (date instanceof SpecialValue && time.equals(LocalTime.MIDNIGHT)) {
            return date;
        }
        return (date instanceof SpecialValue ? "0000-00-00" : date) + " " + CLOCK.format(time);
    }

    private static Object date(long packed) {
        return date((int) (packed >> 9), (int) (packed >> 5) & 15, (int) packed & 31);
    }

    /** Sign, hours, minutes, seconds and fraction are one number with its middle at zero. */
    private static Duration time(byte[] bytes, int offset, int length) {
        long packed = big(bytes, offset, length) - (1L << (8 * length - 1));
        int fraction = length - 3;
        long positive = Math.abs(packed);
        long whole = positive >> 8 * fraction;
        long seconds = (whole >> 12 & 0x3ff) * 3600 + (whole >> 6 & 63) * 60 + (whole & 63);
        long nanos = (positive & (1L << 8 * fraction) - 1) * FRACTION_NANOS[fraction];
        Duration duration = Duration.ofSeconds(seconds, nanos);
        return packed < 0 ? duration.negated() : duration;
    }

    private static Object datetime(byte[] bytes, int offset, int length) {
        long packed = big(bytes, offset, 5) - (1L << 39);
        int month = (int) (packed >> 22);
        Object date = date(month / 13, month % 13, (int) (packed >> 17) & 31);
        LocalTime time = LocalTime.of(
                (int) (packed >> 12) & 31,
                (int) (packed >> 6) & 63,
                (int) packed & 63,
                nanos(bytes, offset + 5, length - 5));
        return datetime(date, time);
    }

    private static int nanos(byte[] bytes, int offset, int length) {
        return (int) big(bytes, offset, length) * FRACTION_NANOS[length];
    }

    private static Object instant(long seconds, int nanos) {
        return seconds == 0 && nanos == 0 ? SpecialValue.ZERO_DATE : Instant.ofEpochSecond(seconds, nanos);
    }

    private static Duration oldTime(int hhmmss) {
        int positive = Math.abs(hhmmss);
        Duration duration = Duration.ofSeconds(positive / 10_000 * 3600L + positive / 100 % 100 * 60L + positive % 100);
        return hhmmss < 0 ? duration.negated() : duration;
    }

    private static Object oldDatetime(long digits) {
        long day = digits / 1_000_000;
        int time = (int) (digits % 1_000_000);
        Object date = date((int) (day / 10_000), (int) (day / 100 % 100), (int) (day % 100));
        return datetime(date, LocalTime.of(time / 10_000, time / 100 % 100, time % 100));
    }
}
