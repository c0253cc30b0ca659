package io.tallystick.postgres.cdc;

import io.tallystick.cdc.SpecialValue;
import java.math.BigDecimal;

/** The binary form of numeric: digits to the base of 10,000 (numeric_send in numeric.c). */
final class NumericForm {

    private static final int NOT_A_NUMBER = 0xC000;
    private static final int INFINITY = 0xD000;
    private static final int MINUS_INFINITY = 0xF000;
    private static final int NEGATIVE = 0x4000;
    private static final int LARGEST_SCALE = 16_383;
    private static final int LONGEST = 100_000;
    private static final int BASE = 10_000;
    private static final long[] TENS = {1, 10, 100, 1_000};
    /** So many digits and three more fit into a long. */
    private static final int SMALL = 15;

    private NumericForm() {}

    static void write(Object value, WireBuffer out) throws NoBinaryFormException {
        if (value instanceof SpecialValue special) {
            out.int16(0).int16(0).int16(sign(special)).int16(0);
        } else if (value instanceof BigDecimal decimal) {
            write(decimal, out);
        } else if (value instanceof Long || value instanceof Integer) {
            write(BigDecimal.valueOf(((Number) value).longValue()), out);
        } else {
            throw new NoBinaryFormException("a " + value.getClass().getSimpleName());
        }
    }

    private static int sign(SpecialValue special) throws NoBinaryFormException {
        return switch (special) {
            case NOT_A_NUMBER -> NOT_A_NUMBER;
            case INFINITY -> INFINITY;
            case MINUS_INFINITY -> MINUS_INFINITY;
            case ZERO_DATE -> throw new NoBinaryFormException("a zero date");
        };
    }

    private static void write(BigDecimal given, WireBuffer out) throws NoBinaryFormException {
        if (given.scale() > LARGEST_SCALE || given.precision() - given.scale() > LONGEST) {
            throw new NoBinaryFormException("a number out of range");
        }
        BigDecimal decimal = given.scale() < 0 ? given.setScale(0) : given;
        if (decimal.precision() <= SMALL) {
            small(decimal.scaleByPowerOfTen(decimal.scale()).longValue(), decimal.scale(), out);
            return;
        }
        String digits = decimal.unscaledValue().abs().toString();
        int scale = decimal.scale();
        int whole = Math.max(0, digits.length() - scale);
        // whole groups of four on both sides of the point
        String grouped = "0".repeat(Math.max(0, scale - digits.length()) + (4 - whole % 4) % 4)
                + digits
                + "0".repeat((4 - scale % 4) % 4);
        int groups = grouped.length() / 4;
        int first = 0;
        while (first < groups && group(grouped, first) == 0) {
            first++;
        }
        int last = groups;
        while (last > first && group(grouped, last - 1) == 0) {
            last--;
        }
        int weight = (whole + 3) / 4 - 1 - first;
        out.int16(last - first)
                .int16(last == first ? 0 : weight)
                .int16(decimal.signum() < 0 ? NEGATIVE : 0)
                .int16(scale);
        for (int i = first; i < last; i++) {
            out.int16(group(grouped, i));
        }
    }

    /** The same without texts, for what fits into a long with its last group filled up. */
    private static void small(long unscaled, int scale, WireBuffer out) {
        int behind = (scale + 3) / 4;
        long left = Math.abs(unscaled) * TENS[4 * behind - scale];
        int weight = left == 0 ? 0 : -behind;
        while (left != 0 && left % BASE == 0) {
            left /= BASE;
            weight++;
        }
        int groups = 0;
        long unit = 1;
        for (long rest = left; rest > 0; rest /= BASE) {
            unit *= groups++ == 0 ? 1 : BASE;
        }
        out.int16(groups)
                .int16(groups == 0 ? 0 : weight + groups - 1)
                .int16(unscaled < 0 ? NEGATIVE : 0)
                .int16(scale);
        for (int i = 0; i < groups; i++) {
            out.int16((int) (left / unit % BASE));
            unit /= BASE;
        }
    }

    private static int group(String digits, int group) {
        int value = 0;
        for (int i = 4 * group; i < 4 * group + 4; i++) {
            value = 10 * value + digits.charAt(i) - '0';
        }
        return value;
    }
}
