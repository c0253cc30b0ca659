package io.tallystick.mysql.cdc;

import io.tallystick.jdbc.RejectedException;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A transaction's global name.
 *
 * @param source MariaDB's domain, MySQL's UUID of the server that committed first
 * @param server MariaDB's id of the server that committed first; −1 for MySQL
 */
record Gtid(String source, long server, long sequence) {

    private static final int MYSQL = -1;

    static Gtid mysql(String uuid, long sequence) {
        return new Gtid(uuid, MYSQL, sequence);
    }

    /** Reads MariaDB's {@code domain-server-sequence}. */
    static Gtid parse(String text) {
        String[] parts = text.trim().split("-", -1);
        try {
            if (parts.length == 3) {
                return new Gtid(
                        Long.toString(Long.parseUnsignedLong(parts[0])),
                        Long.parseUnsignedLong(parts[1]),
                        Long.parseUnsignedLong(parts[2]));
            }
        } catch (NumberFormatException notNumbers) {
            throw bad(text, notNumbers);
        }
        throw bad(text, null);
    }

    private static RejectedException bad(String text, @Nullable Throwable cause) {
        return new RejectedException(
                "expected a MariaDB GTID such as 0-1-270, found '" + text
                        + "'; the position is not of a MariaDB source",
                cause);
    }

    /** Whether this transaction and that one differ in their sequence at most. */
    boolean isOfSameServer(@Nullable Gtid other) {
        return other != null && server == other.server && source.equals(other.source);
    }

    /** Spells the transactions of this server by their sequence. */
    LongFunction<String> form() {
        return place -> new Gtid(source, server, place).toString();
    }

    @Override
    public String toString() {
        return server == MYSQL
                ? source + ":" + sequence
                : source + "-" + server + "-" + Long.toUnsignedString(sequence);
    }
}
