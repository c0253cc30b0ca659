package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.BranchXid;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Prepared transactions that are none of Tallystick's: made by hand, or by another transaction manager. They hold locks and places like ours,
 * and nobody here ends them, for only who prepared them knows how. Only looks. Stateless.
 */
public final class Strangers {

    private static final int USUAL_FORMAT = 1;

    private Strangers() {}

    /**
     * Their names, each as the statement that ends it wants it; the oldest first where the database tells. Of this database; on MariaDB and
     * MySQL of the whole server.
     *
     * @throws RejectedException when the user may not look
     */
    public static List<String> in(Jdbc jdbc) {
        return jdbc.autocommit(tx -> tx.dialect() == Dialect.POSTGRESQL
                ? tx
                        .query(
                                "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared",
                                row -> row.string("gid"))
                        .stream()
                        .filter(gid -> PostgresGid.read(gid).isEmpty())
                        .map(Strangers::literal)
                        .toList()
                : innoDb(tx.connection().createStatement()));
    }

    /** How somebody ends one by hand. */
    public static String statements(Dialect dialect, String name) {
        return dialect == Dialect.POSTGRESQL
                ? "COMMIT PREPARED " + name + " or ROLLBACK PREPARED " + name
                : "XA COMMIT " + name + " or XA ROLLBACK " + name;
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static List<String> innoDb(Statement open) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = open;
                ResultSet rows = statement.executeQuery("XA RECOVER")) {
            while (rows.next()) {
                byte[] data = rows.getBytes(4);
                int end = rows.getInt(2);
                byte[] gtrid = Arrays.copyOfRange(data, 0, end);
                byte[] bqual = Arrays.copyOfRange(data, end, end + rows.getInt(3));
                Optional<BranchXid> ours = PrintableXid.read(rows.getInt(1), gtrid, bqual);
                if (ours.isEmpty()) {
                    names.add(name(rows.getInt(1), gtrid, bqual));
                }
            }
        }
        return names;
    }

    private static String name(int format, byte[] gtrid, byte[] bqual) {
        boolean shortest = bqual.length == 0 && format == USUAL_FORMAT;
        return literal(gtrid) + (shortest ? "" : "," + literal(bqual) + "," + format);
    }

    private static String literal(byte[] bytes) {
        for (byte b : bytes) {
            if (b < ' ' || b > '~' || b == '\\') {
                return "X'" + HexFormat.of().formatHex(bytes) + "'";
            }
        }
        return literal(new String(bytes, StandardCharsets.US_ASCII));
    }
}
