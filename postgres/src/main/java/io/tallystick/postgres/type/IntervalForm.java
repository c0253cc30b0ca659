package io.tallystick.postgres.type;

import io.tallystick.cdc.SpecialValue;
import java.nio.ByteBuffer;

/** Intervals: binary microseconds, days and months; as text ISO 8601 with a sign at every part, as PostgreSQL writes it. Stateless. */
final class IntervalForm {

    private static final long SECOND = 1_000_000;

    private IntervalForm() {}

    static Object read(ByteBuffer in) {
        long micros = in.getLong();
        int days = in.getInt();
        int months = in.getInt();
        // since version 17 (INTERVAL_NOEND in utils/timestamp.h)
        if (micros == Long.MAX_VALUE && days == Integer.MAX_VALUE && months == Integer.MAX_VALUE) {
            return SpecialValue.INFINITY;
        }
        if (micros == Long.MIN_VALUE && days == Integer.MIN_VALUE && months == Integer.MIN_VALUE) {
            return SpecialValue.MINUS_INFINITY;
        }
        String text = "P" + part(months / 12, 'Y') + part(months % 12, 'M') + part(days, 'D') + time(micros);
        return text.equals("P") ? "PT0S" : text;
    }

    static Object parse(String text) {
        return switch (text) {
            case "infinity" -> SpecialValue.INFINITY;
            case "-infinity" -> SpecialValue.MINUS_INFINITY;
            default -> iso(text);
        };
    }

    private static String iso(String text) {
        if (!text.startsWith("P")) {
            throw new IllegalArgumentException("expected ISO 8601 (intervalstyle iso_8601), found '" + text + "'");
        }
        return text;
    }

    private static String time(long micros) {
        if (micros == 0) {
            return "";
        }
        long seconds = micros / SECOND % 60;
        long fraction = Math.abs(micros % SECOND);
        String text = part(micros / SECOND / 3600, 'H') + part(micros / SECOND / 60 % 60, 'M');
        if (seconds != 0 || fraction != 0) {
            String sign = micros < 0 ? "-" : "";
            text += sign + Math.abs(seconds) + (fraction == 0 ? "" : TimeForm.fraction(fraction)) + "S";
        }
        return "T" + text;
    }

    private static String part(long count, char unit) {
        return count == 0 ? "" : Long.toString(count) + unit;
    }
}
