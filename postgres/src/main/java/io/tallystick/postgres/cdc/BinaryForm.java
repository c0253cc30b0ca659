package io.tallystick.postgres.cdc;

import io.tallystick.cdc.SpecialValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How the values of a type go over the wire, as the type's receive function reads them (src/backend/utils/adt of PostgreSQL).
 * Stateless.
 */
@FunctionalInterface
interface BinaryForm {

    long MICROS = 1_000_000;
    LocalDate EPOCH = LocalDate.of(2000, 1, 1);
    long EPOCH_SECOND = EPOCH.toEpochDay() * 86_400;

    /** Writes the value's bytes without their length. */
    void write(Object value, WireBuffer out) throws NoBinaryFormException;

    /** The form that a type's send function shows; null for one that is not known here. */
    static @Nullable BinaryForm of(String sendFunction) {
        return switch (sendFunction) {
            case "boolsend" -> (value, out) -> out.int8(cast(value, Boolean.class) ? 1 : 0);
            case "int2send" -> (value, out) -> out.int16((int) whole(value, Short.MIN_VALUE, Short.MAX_VALUE));
            case "int4send" -> (value, out) -> out.int32((int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case "oidsend" -> (value, out) -> out.int32((int) whole(value, 0, 0xFFFF_FFFFL));
            case "int8send" -> (value, out) -> out.int64(whole(value, Long.MIN_VALUE, Long.MAX_VALUE));
            case "float4send" -> BinaryForm::single;
            case "float8send" ->
                (value, out) -> out.int64(
                        Double.doubleToLongBits(cast(value, Number.class).doubleValue()));
            case "numeric_send" -> NumericForm::write;
            case "textsend",
                    "varcharsend",
                    "bpcharsend",
                    "namesend",
                    "citextsend",
                    "enum_send",
                    "json_send",
                    "xml_send" -> BinaryForm::text;
            case "jsonb_send" -> (value, out) -> text(value, out.int8(1));
            case "byteasend" -> BinaryForm::bytes;
            case "date_send" -> BinaryForm::date;
            case "time_send" -> BinaryForm::time;
            case "timestamp_send", "timestamptz_send" -> BinaryForm::timestamp;
            case "interval_send" -> BinaryForm::interval;
            case "uuid_send" -> BinaryForm::uuid;
            case "bit_send", "varbit_send" -> BinaryForm::bits;
            default -> null;
        };
    }

    private static <T> T cast(Object value, Class<T> type) throws NoBinaryFormException {
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        throw new NoBinaryFormException("a " + value.getClass().getSimpleName());
    }

    private static long whole(Object value, long least, long greatest) throws NoBinaryFormException {
        try {
            long number = value instanceof BigDecimal decimal
                    ? decimal.longValueExact()
                    : cast(value, Number.class).longValue();
            if (number >= least && number <= greatest) {
                return number;
            }
        } catch (ArithmeticException e) {
            // not whole, or too large: said below
        }
        throw new NoBinaryFormException("a number out of range");
    }

    private static void single(Object value, WireBuffer out) throws NoBinaryFormException {
        double number = cast(value, Number.class).doubleValue();
        float single = (float) number;
        if (Float.isInfinite(single) && !Double.isInfinite(number)) {
            throw new NoBinaryFormException("a number out of range");
        }
        out.int32(Float.floatToIntBits(single));
    }

    private static void text(Object value, WireBuffer out) throws NoBinaryFormException {
        byte[] text = cast(value, String.class).getBytes(StandardCharsets.UTF_8);
        out.bytes(text, 0, text.length);
    }

    private static void bytes(Object value, WireBuffer out) throws NoBinaryFormException {
        byte[] bytes = cast(value, byte[].class);
        out.bytes(bytes, 0, bytes.length);
    }

    private static void date(Object value, WireBuffer out) throws NoBinaryFormException {
        if (value instanceof SpecialValue special) {
            out.int32(isHigh(special) ? Integer.MAX_VALUE : Integer.MIN_VALUE);
            return;
        }
        long day = cast(value, LocalDate.class).toEpochDay() - EPOCH.toEpochDay();
        if (Math.abs(day) > Integer.MAX_VALUE / 2) {
            throw new NoBinaryFormException("a date out of range");
        }
        out.int32((int) day);
    }

    private static void time(Object value, WireBuffer out) throws NoBinaryFormException {
        Duration span = cast(value, Duration.class);
        if (span.isNegative() || span.compareTo(Duration.ofDays(1)) > 0) {
            throw new NoBinaryFormException("a time of no day");
        }
        out.int64(micros(span.toSeconds(), span.getNano()));
    }

    private static void timestamp(Object value, WireBuffer out) throws NoBinaryFormException {
        if (value instanceof SpecialValue special) {
            out.int64(isHigh(special) ? Long.MAX_VALUE : Long.MIN_VALUE);
            return;
        }
        Instant at = value instanceof Instant instant
                ? instant
                : cast(value, LocalDateTime.class).toInstant(ZoneOffset.UTC);
        out.int64(micros(at.getEpochSecond() - EPOCH_SECOND, at.getNano()));
    }

    /** Rounded to microseconds, as the server rounds what it reads as text. */
    private static long micros(long seconds, int nanos) throws NoBinaryFormException {
        try {
            return Math.addExact(Math.multiplyExact(seconds, MICROS), (nanos + 500) / 1_000);
        } catch (ArithmeticException e) {
            throw new NoBinaryFormException("a time out of range");
        }
    }

    private static boolean isHigh(SpecialValue special) throws NoBinaryFormException {
        if (special != SpecialValue.INFINITY && special != SpecialValue.MINUS_INFINITY) {
            throw new NoBinaryFormException(special.name());
        }
        return special == SpecialValue.INFINITY;
    }

    /** ISO 8601 into microseconds, days and months. */
    private static void interval(Object value, WireBuffer out) throws NoBinaryFormException {
        String iso = cast(value, String.class);
        int time = iso.indexOf('T');
        String date = time < 0 ? iso : iso.substring(0, time);
        try {
            Period days = date.equals("P") ? Period.ZERO : Period.parse(date);
            Duration rest = time < 0 ? Duration.ZERO : Duration.parse("P" + iso.substring(time));
            out.int64(micros(rest.getSeconds(), rest.getNano()))
                    .int32(days.getDays())
                    .int32(Math.toIntExact(days.toTotalMonths()));
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new NoBinaryFormException("an interval of another form");
        }
    }

    private static void uuid(Object value, WireBuffer out) throws NoBinaryFormException {
        UUID id = cast(value, UUID.class);
        out.int64(id.getMostSignificantBits()).int64(id.getLeastSignificantBits());
    }

    /** The number of bits, then the bits from the highest place on. */
    private static void bits(Object value, WireBuffer out) throws NoBinaryFormException {
        String bits = cast(value, String.class);
        out.int32(bits.length());
        for (int from = 0; from < bits.length(); from += 8) {
            int octet = 0;
            for (int i = from; i < from + 8; i++) {
                char bit = i < bits.length() ? bits.charAt(i) : '0';
                if (bit != '0' && bit != '1') {
                    throw new NoBinaryFormException("no zeros and ones");
                }
                octet = octet << 1 | (bit - '0');
            }
            out.int8(octet);
        }
    }
}
