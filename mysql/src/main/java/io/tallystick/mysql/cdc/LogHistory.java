package io.tallystick.mysql.cdc;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Whether a server's log still contains everything after a position, and whether the position is of its history at all. Stateless. */
final class LogHistory {

    private static final String MEND =
            "; the tables have to be compared with their targets and brought in line. To keep the log longer:"
                    + " SET GLOBAL binlog_expire_logs_seconds = 604800";

    private LogHistory() {}

    /** The end of the log, as the flavour's list or set. */
    static String now(Connection connection, Flavour flavour) throws SQLException {
        String text = SourceSql.value(
                connection,
                flavour == Flavour.MARIADB ? "SELECT @@global.gtid_binlog_pos" : "SELECT @@global.gtid_executed");
        return text.replaceAll("\\s", "");
    }

    /** Where the log begins that the server still has, as the flavour's list or set. */
    static String oldest(Connection connection, Flavour flavour) throws SQLException {
        if (flavour == Flavour.MYSQL) {
            return SourceSql.value(connection, "SELECT @@global.gtid_purged").replaceAll("\\s", "");
        }
        String file = SourceSql.rows(connection, "SHOW BINARY LOGS").get(0).get(0);
        return SourceSql.value(connection, "SELECT BINLOG_GTID_POS(?, 4)", file);
    }

    /** @throws GapException saying what is missing */
    static void check(Connection connection, Flavour flavour, Position after) throws SQLException {
        String from = flavour.progress(after).sendAfter();
        String delivered = LogProgress.delivered(after);
        if (flavour == Flavour.MARIADB) {
            checkMariaDb(connection, GtidList.parse(from), GtidList.parse(delivered));
        } else {
            checkMySql(connection, from, delivered);
        }
    }

    private static void checkMySql(Connection connection, String from, String delivered) throws SQLException {
        String unknown = SourceSql.value(connection, "SELECT GTID_SUBTRACT(?, @@global.gtid_executed)", delivered);
        if (!unknown.isBlank()) {
            throw GapException.otherHistory("MySQL does not know the transactions " + unknown.replaceAll("\\s", "")
                    + " that were read before: it has another history (its log was reset, or it was promoted without them)"
                    + MEND);
        }
        String purged = SourceSql.value(connection, "SELECT GTID_SUBTRACT(@@global.gtid_purged, ?)", from);
        if (!purged.isBlank()) {
            throw new GapException("MySQL has purged the transactions " + purged.replaceAll("\\s", "")
                    + " from its log, which is left in " + files(connection) + MEND);
        }
    }

    private static void checkMariaDb(Connection connection, GtidList from, GtidList delivered) throws SQLException {
        GtidList end = GtidList.parse(SourceSql.value(connection, "SELECT @@global.gtid_binlog_pos"));
        for (Gtid last : delivered.all()) {
            Gtid newest = end.of(last.source());
            boolean foreign = newest == null
                    || newest.sequence() < last.sequence()
                    || newest.sequence() == last.sequence() && !newest.equals(last);
            if (foreign) {
                throw GapException.otherHistory("MariaDB does not know transaction " + last
                        + " that was read before, the last of its domain is " + newest
                        + ": it has another history (its log was reset, or it was promoted without it)" + MEND);
            }
        }
        GtidList purged = GtidList.parse(oldest(connection, Flavour.MARIADB));
        for (Gtid gone : purged.all()) {
            Gtid last = from.of(gone.source());
            if (last == null || last.sequence() < gone.sequence()) {
                throw new GapException("MariaDB has purged transactions from its log: the position needs what follows "
                        + (last == null ? "the beginning of domain " + gone.source() : last)
                        + ", the log begins behind " + gone + " in "
                        + files(connection) + MEND);
            }
        }
    }

    private static String files(Connection connection) throws SQLException {
        List<String> files = SourceSql.rows(connection, "SHOW BINARY LOGS").stream()
                .map(row -> row.get(0))
                .collect(Collectors.toList());
        return files.size() == 1 ? files.get(0) : files.get(0) + " to " + files.get(files.size() - 1);
    }
}
