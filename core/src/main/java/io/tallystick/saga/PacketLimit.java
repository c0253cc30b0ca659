package io.tallystick.saga;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import org.jspecify.annotations.Nullable;

/**
 * How much MariaDB or MySQL takes at once ({@code max_allowed_packet}). What is longer makes the server hang up, which looks
 * like a lost connection and would be tried again for ever; so it is refused here. Thread-safe.
 */
final class PacketLimit {

    /** Longer statements gain nothing. */
    private static final int ENOUGH = 4 << 20;
    /** For the SQL around the values. */
    private static final int AROUND = 4096;

    private volatile int bytes;

    /** The longest text of plain ASCII that is worth sending. */
    int text(Jdbc jdbc) {
        if (bytes == 0) {
            return jdbc.autocommit(this::text);
        }
        return Math.min(ENOUGH, bytes - AROUND);
    }

    /** The same, learnt in an open transaction: a second connection could exhaust the pool. */
    int text(Tx tx) {
        if (bytes == 0) {
            long found = tx.queryOne("SELECT @@max_allowed_packet AS bytes", row -> row.longValue("bytes"))
                    .orElseThrow();
            bytes = (int) Math.min(found, Integer.MAX_VALUE);
        }
        return Math.min(ENOUGH, bytes - AROUND);
    }

    /** The most characters of long values in one statement, at three bytes each and with room for the rest. */
    int chars(Tx tx) {
        return text(tx) / 4;
    }

    /** @throws RejectedException naming the saga whose row no statement could carry */
    void check(SagaRows rows) {
        rows.starts().forEach(row -> check(row.head().id(), row.saga().payload()));
        rows.events().forEach(row -> check(row.saga(), row.coded().data()));
    }

    private void check(SagaId saga, @Nullable String value) {
        // three bytes are the most that one char takes
        if (value == null || value.length() < (bytes - AROUND) / 3) {
            return;
        }
        long needed = escapedBytes(value);
        if (needed > bytes - AROUND) {
            throw new RejectedException("saga " + saga + ": its data of " + needed
                    + " bytes is longer than the database's max_allowed_packet of " + bytes
                    + " lets through. Raise that, or store the data beside the saga and put its key into the payload");
        }
    }

    /** As a driver sends it in a text: UTF-8, with a backslash or a second quote before some characters. */
    private static long escapedBytes(String value) {
        long needed = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                needed += c == '\'' || c == '"' || c == '\\' ? 2 : 1;
            } else {
                needed += c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
            }
        }
        return needed;
    }
}
