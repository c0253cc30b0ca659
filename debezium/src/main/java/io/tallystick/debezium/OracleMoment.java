package io.tallystick.debezium;

import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a query of Oracle sees that begins now: every transaction that was committed at this system change number or before. LogMiner may
 * begin in the middle of transactions that were open before, so nothing counts as settled before those have ended.
 *
 * @param oldestOpen where the oldest open transaction began; null when none is open
 */
record OracleMoment(BigInteger scn, @Nullable BigInteger oldestOpen) implements Moment {

    @Override
    public Map<String, Object> end() {
        return Map.of("scn", scn.toString());
    }

    @Override
    public boolean saw(Map<String, Object> offset) {
        return OracleOffsets.of(offset).last().compareTo(scn) <= 0;
    }

    @Override
    public boolean isSettledSince(Moment earlier) {
        BigInteger then = ((OracleMoment) earlier).scn;
        return scn.compareTo(then) >= 0 && (oldestOpen == null || oldestOpen.compareTo(then) > 0);
    }
}
