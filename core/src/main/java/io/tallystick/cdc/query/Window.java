package io.tallystick.cdc.query;

import io.tallystick.cdc.Row;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which rows of the overlap were handed out already, and as what: the overlap is read again and again, and only a row that is
 * new there or looks different goes on. What it does not remember is handed out once more, which does no harm. For one table and one
 * thread.
 */
final class Window {

    private static final int MOST_ROWS = 200_000;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;

    private final Map<List<String>, Seen> rows = new HashMap<>();
    private @Nullable BigDecimal leastLag;

    private record Seen(BigDecimal change, long print) {}

    /** Whether this row was not handed out yet in this form; from now on it was. */
    boolean isNew(List<String> key, BigDecimal change, Row row) {
        Seen now = new Seen(change, print(row));
        Seen before = rows.get(key);
        if (before != null && before.print == now.print && before.change.compareTo(change) == 0) {
            return false;
        }
        if (before != null || rows.size() < MOST_ROWS) {
            rows.put(key, now);
        }
        return true;
    }

    /** A row that was new carried this value when the database's clock stood there, on the column's scale. */
    void cameWith(BigDecimal change, BigDecimal clock) {
        BigDecimal lag = clock.subtract(change).max(BigDecimal.ZERO);
        leastLag = leastLag == null ? lag : leastLag.min(lag);
    }

    /**
     * Where the clock stands by which the column is written: it is behind the database's (in another zone, for instance) by no more than
     * the freshest row was. Null when none was seen yet.
     */
    @Nullable
    BigDecimal writersClock(BigDecimal clock) {
        return leastLag == null ? null : clock.subtract(leastLag);
    }

    /** Forgets what will not be read again. */
    void leave(BigDecimal below) {
        rows.values().removeIf(seen -> seen.change.compareTo(below) < 0);
    }

    void forget(List<String> key) {
        rows.remove(key);
    }

    int size() {
        return rows.size();
    }

    /** Of all cells with their lengths, so that no two different rows of a table look alike but by a chance of 2⁻⁶⁴. */
    private static long print(Row row) {
        long print = FNV_OFFSET;
        for (byte cell : row.bytes()) {
            print = (print ^ (cell & 0xff)) * FNV_PRIME;
        }
        for (int i = 0; i < row.size(); i++) {
            print = (print ^ row.length(i)) * FNV_PRIME;
        }
        return print;
    }
}
