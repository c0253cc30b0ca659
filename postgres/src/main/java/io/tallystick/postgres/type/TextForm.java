package io.tallystick.postgres.type;

import io.tallystick.cdc.SpecialValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.HexFormat;

/** Spells a value so that PostgreSQL reads it back as the same, whatever the session's settings. Stateless. */
public final class TextForm {

    private TextForm() {}

    /** @param value of a Java type that {@link io.tallystick.cdc.ValueKind} names */
    public static String of(Object value) {
        if (value instanceof SpecialValue special) {
            return of(special);
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof Boolean truth) {
            return truth ? "t" : "f";
        }
        if (value instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof Float || value instanceof Double) {
            String text = value.toString();
            return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
        }
        return ofTime(value);
    }

    private static String of(SpecialValue special) {
        return switch (special) {
            case INFINITY -> "infinity";
            case MINUS_INFINITY -> "-infinity";
            case NOT_A_NUMBER -> "NaN";
            case ZERO_DATE -> throw new IllegalArgumentException("PostgreSQL has no date of zeros");
        };
    }

    private static String ofTime(Object value) {
        if (value instanceof Instant instant) {
            return TimeForm.text(TimeForm.utc(instant), "+00");
        }
        if (value instanceof LocalDateTime time) {
            return TimeForm.text(time, "");
        }
        if (value instanceof LocalDate date) {
            return TimeForm.text(date);
        }
        return value instanceof Duration span ? TimeForm.text(span) : value.toString();
    }
}
