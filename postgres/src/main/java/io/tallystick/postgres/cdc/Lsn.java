package io.tallystick.postgres.cdc;

import java.util.Locale;

/** Log sequence numbers, bytes since the beginning of the log, compared unsigned; as text two hexadecimal halves. Stateless. */
final class Lsn {

    private Lsn() {}

    static long parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new NumberFormatException("expected hex/hex, found '" + text + "'");
        }
        long high = Long.parseLong(text, 0, slash, 16);
        return high << 32 | Long.parseLong(text, slash + 1, text.length(), 16);
    }

    static String text(long lsn) {
        String text = Long.toHexString(lsn >>> 32) + "/" + Long.toHexString(lsn & 0xFFFF_FFFFL);
        return text.toUpperCase(Locale.ROOT);
    }

    static boolean isAfter(long lsn, long other) {
        return Long.compareUnsigned(lsn, other) > 0;
    }

    static long later(long lsn, long other) {
        return isAfter(lsn, other) ? lsn : other;
    }
}
