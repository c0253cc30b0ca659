package io.tallystick.postgres.type;

import io.tallystick.cdc.ValueKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * Money: a whole number of the smallest coin. How many digits that are after the point says {@code lc_monetary}, not the value.
 *
 * @param scale digits after the point on the source
 */
record MoneyCodec(int scale) implements Codec {

    @Override
    public ValueKind kind() {
        return ValueKind.DECIMAL;
    }

    /** How many of its digits stand behind the point is a setting. */
    @Override
    public boolean isPortable() {
        return false;
    }

    @Override
    public Object fromBinary(ByteBuffer in) {
        return BigDecimal.valueOf(in.getLong(), scale);
    }

    @Override
    public Object fromText(String text) {
        BigInteger coins = new BigInteger(text.replaceAll("\\D", ""));
        boolean negative = text.contains("-") || text.startsWith("(");
        return new BigDecimal(negative ? coins.negate() : coins, scale);
    }
}
