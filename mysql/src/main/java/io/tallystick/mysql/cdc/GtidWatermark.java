package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * What a snapshot's moment had surely seen: everything up to a position that was read before it, and for which it is known that the
 * engine had committed it by then. What came between that and the moment may be in the rows or not, so it counts as not seen.
 *
 * <p>MySQL puts a GTID into gtid_executed after the engine's commit. MariaDB moves gtid_binlog_pos before it; but a snapshot knows how
 * far in the log the engine had committed (binlog_snapshot_position), so snapshots are begun until one is far enough. A branch
 * that XA COMMIT ends may be committed by the engine later than all that; if any was still prepared, none counts as seen, and
 * nothing behind it either. For one thread, which asks about transactions in their order.
 */
final class GtidWatermark implements SnapshotReader.Watermark {

    private static final int ATTEMPTS = 500;
    private static final long PAUSE_NANOS = 2_000_000;

    private final Flavour flavour;
    private final String low;
    private final Position high;
    private final Set<String> branches;
    private boolean blurred;

    private GtidWatermark(Flavour flavour, String low, Position high, Set<String> branches) {
        this.flavour = flavour;
        this.low = low;
        this.high = high;
        this.branches = branches;
    }

    /** Begins a transaction that sees one moment, and says what it has seen. */
    static GtidWatermark begin(Connection connection, Flavour flavour) throws SQLException {
        String low = LogHistory.now(connection, flavour);
        Set<String> open = branches(connection);
        LogPlace written = flavour == Flavour.MARIADB ? written(connection) : new LogPlace("", 0);
        for (int i = 0; i < ATTEMPTS; i++) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
            }
            if (flavour == Flavour.MYSQL || !snapshot(connection).isBefore(written)) {
                String high = LogHistory.now(connection, flavour);
                return new GtidWatermark(flavour, low, new Position(LogProgress.orNothing(high)), open);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new UnavailableException("MariaDB has not committed within a second what its log contains up to "
                + written + "; a commit may hang (SHOW PROCESSLIST)");
    }

    /** What is prepared now. */
    static Set<String> branches(Connection connection) throws SQLException {
        Set<String> branches = new HashSet<>();
        SourceSql.rows(connection, "XA RECOVER").forEach(row -> branches.add(row.toString()));
        return branches;
    }

    private static LogPlace written(Connection connection) throws SQLException {
        List<String> row = SourceSql.rows(connection, "SHOW MASTER STATUS").get(0);
        return new LogPlace(row.get(0), Long.parseLong(row.get(1)));
    }

    private static LogPlace snapshot(Connection connection) throws SQLException {
        Map<String, String> found = new HashMap<>();
        for (List<String> row : SourceSql.rows(connection, "SHOW STATUS LIKE 'binlog_snapshot_%'")) {
            found.put(row.get(0).toLowerCase(java.util.Locale.ROOT), row.get(1));
        }
        return new LogPlace(
                found.getOrDefault("binlog_snapshot_file", ""),
                Long.parseLong(found.getOrDefault("binlog_snapshot_position", "0")));
    }

    @Override
    public boolean saw(TransactionPiece piece) {
        String name = piece.transaction();
        boolean branch = name.endsWith(TransactionAssembler.PREPARED);
        String gtid = branch ? name.substring(0, name.length() - TransactionAssembler.PREPARED.length()) : name;
        blurred |= branch && !branches.isEmpty();
        return !blurred && (gtid.isEmpty() || flavour.contains(low, gtid));
    }

    @Override
    public boolean passed(SnapshotReader.Outset outset) {
        Before before = (Before) outset;
        return flavour.covers(low, LogProgress.delivered(before.read))
                && Collections.disjoint(branches, before.branches);
    }

    /**
     * What was in the log, and what might be and was not ended.
     *
     * @param branches that were prepared afterwards still: the log may have told their commits
     */
    record Before(Position read, Set<String> branches) implements SnapshotReader.Outset {}

    @Override
    public Position high() {
        return high;
    }
}
