package io.tallystick.postgres.type;

import io.tallystick.cdc.SpecialValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;

/** Numeric: binary digits to the base of 10,000 with the weight of the first (utils/adt/numeric.c). Stateless. */
final class NumberForm {

    private static final BigInteger BASE = BigInteger.valueOf(10_000);
    /** Four such digits fit into a long with room to spare. */
    private static final int SHORT = 4;

    private NumberForm() {}

    static Object numeric(ByteBuffer in) {
        // the longest numbers have 32,768 digits before the point alone
        int count = in.getShort() & 0xFFFF;
        int weight = in.getShort();
        int sign = in.getShort() & 0xFFFF;
        int scale = in.getShort();
        return switch (sign) {
            case 0xC000 -> SpecialValue.NOT_A_NUMBER;
            case 0xD000 -> SpecialValue.INFINITY;
            case 0xF000 -> SpecialValue.MINUS_INFINITY;
            case 0x0000, 0x4000 -> {
                BigInteger digits = digits(in, count);
                BigDecimal value = new BigDecimal(sign == 0 ? digits : digits.negate(), (count - 1 - weight) * 4);
                // the last digit reaches past the scale with zeros
                yield value.setScale(scale, RoundingMode.UNNECESSARY);
            }
            default -> throw new IllegalArgumentException("sign " + Integer.toHexString(sign));
        };
    }

    static Object numericOf(String text) {
        return switch (text) {
            case "NaN" -> SpecialValue.NOT_A_NUMBER;
            case "Infinity" -> SpecialValue.INFINITY;
            case "-Infinity" -> SpecialValue.MINUS_INFINITY;
            default -> new BigDecimal(text);
        };
    }

    private static BigInteger digits(ByteBuffer in, int count) {
        long few = 0;
        int read = 0;
        while (read < count && read < SHORT) {
            few = few * 10_000 + in.getShort();
            read++;
        }
        BigInteger digits = BigInteger.valueOf(few);
        while (read < count) {
            digits = digits.multiply(BASE).add(BigInteger.valueOf(in.getShort()));
            read++;
        }
        return digits;
    }
}
