package io.tallystick.cdc.query;

import io.tallystick.cdc.SpecialValue;
import io.tallystick.cdc.ValueKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reckons with the values of a change column as with numbers: times are microseconds on the column's own clock, numbers are
 * themselves. Immutable.
 */
record ChangeScale(ValueKind kind, ZoneId zone, QuerySettings.Overlap reach) {

    /** The kinds whose order is an order of time. */
    static final Set<ValueKind> ORDERED =
            EnumSet.of(ValueKind.TIMESTAMP, ValueKind.INSTANT, ValueKind.DATE, ValueKind.INTEGER, ValueKind.DECIMAL);

    private static final BigDecimal HIGHEST = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal LOWEST = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MICROS_OF_SECOND = BigDecimal.valueOf(1_000_000);
    /** Before the year 1 databases disagree on what can be written. */
    private static final BigDecimal EARLIEST = BigDecimal.valueOf(-62_135_596_800_000_000L);

    private static final long MICROS_OF_DAY = ChronoUnit.DAYS.getDuration().toNanos() / 1_000;

    boolean isTime() {
        return kind != ValueKind.INTEGER && kind != ValueKind.DECIMAL;
    }

    BigDecimal overlap() {
        return isTime() ? micros(reach.time()) : BigDecimal.valueOf(reach.steps());
    }

    static BigDecimal micros(Duration span) {
        return BigDecimal.valueOf(span.toNanos() / 1_000);
    }

    /** Where a value stands; fractions of a microsecond are dropped, which only makes a bound lower. */
    BigDecimal of(Object value) {
        if (value instanceof SpecialValue special) {
            return special == SpecialValue.INFINITY || special == SpecialValue.NOT_A_NUMBER ? HIGHEST : LOWEST;
        }
        if (value instanceof Instant instant) {
            return BigDecimal.valueOf(instant.getEpochSecond())
                    .multiply(MICROS_OF_SECOND)
                    .add(BigDecimal.valueOf(instant.getNano() / 1_000));
        }
        if (value instanceof LocalDateTime local) {
            return of(local.toInstant(ZoneOffset.UTC));
        }
        if (value instanceof LocalDate date) {
            return of(date.atStartOfDay());
        }
        return value instanceof BigInteger big ? new BigDecimal(big) : new BigDecimal(value.toString());
    }

    /** The database's clock on the column's own scale; null when the column counts instead. */
    @Nullable
    BigDecimal clock(Instant now) {
        return switch (kind) {
            case TIMESTAMP -> of(LocalDateTime.ofInstant(now, zone));
            case DATE -> of(LocalDate.ofInstant(now, zone));
            case INSTANT -> of(now);
            default -> null;
        };
    }

    /** Whether this is no place that could be read up to: infinity and what is no number. */
    static boolean isEndless(BigDecimal place) {
        return place.compareTo(HIGHEST) >= 0;
    }

    /** Whether no value of the column's type is sure to stand here, so that everything below has to be asked for. */
    boolean isTooEarly(BigDecimal place) {
        return isTime() ? place.compareTo(EARLIEST) < 0 : place.compareTo(LOWEST) <= 0;
    }

    /** The value of the column's type that stands here. */
    Object value(BigDecimal place) {
        if (!isTime()) {
            return place;
        }
        long micros = place.longValue();
        return switch (kind) {
            case DATE -> LocalDate.ofEpochDay(Math.floorDiv(micros, MICROS_OF_DAY));
            case INSTANT -> Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
            default -> LocalDateTime.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC);
        };
    }
}
