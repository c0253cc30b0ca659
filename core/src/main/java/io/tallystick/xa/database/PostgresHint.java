package io.tallystick.xa.database;

import io.tallystick.xa.Gtrid;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What helps to learn the fate of a branch later: its transaction number, and a hash of the incarnation that gave it. A database that was
 * promoted, or restored, gives the same numbers to other transactions, so a number counts only where it was given.
 *
 * @param xid8 PostgreSQL's 64-bit transaction number
 * @param incarnation hash, see {@link Gtrid#hash}
 */
record PostgresHint(String xid8, int incarnation) {

    static String write(String xid8, String incarnation) {
        return incarnation.isEmpty() ? "" : xid8 + "@" + HexFormat.of().toHexDigits(Gtrid.hash(incarnation));
    }

    /** Nothing when there is no hint, or it is no such one. */
    static Optional<PostgresHint> read(String hint) {
        int at = hint.indexOf('@');
        if (at < 1 || !hint.substring(0, at).chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new PostgresHint(hint.substring(0, at), HexFormat.fromHexDigits(hint, at + 1, hint.length())));
        } catch (IllegalArgumentException notHex) {
            return Optional.empty();
        }
    }

    boolean wasGivenBy(String other) {
        return !other.isEmpty() && Gtrid.hash(other) == incarnation;
    }
}
