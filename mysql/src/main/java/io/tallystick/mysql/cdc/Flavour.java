package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Position;
import java.util.List;

/** The two families whose logs are alike and not the same. */
enum Flavour {
    MARIADB("MariaDB") {
        @Override
        LogProgress progress(Position after) {
            return new MariaDbProgress(after);
        }

        @Override
        Position beginning(String now, String from) {
            return MariaDbProgress.position(
                    GtidList.parse(now).toString(), GtidList.parse(from).toString());
        }

        @Override
        boolean contains(String list, String gtid) {
            Gtid one = Gtid.parse(gtid);
            Gtid last = GtidList.parse(list).of(one.source());
            return last != null && last.sequence() >= one.sequence();
        }

        @Override
        boolean covers(String list, String other) {
            return GtidList.parse(list).covers(GtidList.parse(other));
        }

        @Override
        List<String> session(String sendAfter) {
            return List.of(
                    // 4: knows GTIDs, so that the server sends its events as they are
                    "SET @mariadb_slave_capability = 4",
                    "SET @slave_connect_state = '" + sendAfter + "'",
                    "SET @slave_gtid_strict_mode = 1",
                    "SET @slave_gtid_ignore_duplicates = 0");
        }

        @Override
        DumpCommand command(long serverId, String sendAfter) {
            return DumpCommand.byState(serverId);
        }
    },
    MYSQL("MySQL") {
        @Override
        LogProgress progress(Position after) {
            return new MySqlProgress(after);
        }

        @Override
        Position beginning(String now, String from) {
            GtidSet end = GtidSet.parse(now);
            return MySqlProgress.position(end, end.minus(GtidSet.parse(from)));
        }

        @Override
        boolean contains(String set, String gtid) {
            return covers(set, gtid);
        }

        @Override
        boolean covers(String set, String other) {
            return GtidSet.parse(set).containsAll(GtidSet.parse(other));
        }

        @Override
        List<String> session(String sendAfter) {
            // the server's newer words; older ones are set for both
            return List.of(
                    "SET @source_heartbeat_period = @master_heartbeat_period",
                    "SET @source_binlog_checksum = @master_binlog_checksum",
                    "SET @slave_uuid = UUID()",
                    "SET @replica_uuid = @slave_uuid");
        }

        @Override
        DumpCommand command(long serverId, String sendAfter) {
            return DumpCommand.bySet(serverId, GtidSet.parse(sendAfter).encoded());
        }
    };

    private final String productName;

    Flavour(String productName) {
        this.productName = productName;
    }

    String productName() {
        return productName;
    }

    abstract LogProgress progress(Position after);

    /** A position at the end of the log, from where what was prepared after {@code from} is found again. */
    abstract Position beginning(String now, String from);

    /** Whether the first list or set contains everything of the second. */
    abstract boolean covers(String delivered, String other);

    /** Whether a list or set contains this transaction. */
    abstract boolean contains(String delivered, String gtid);

    /** What to tell the session before it is asked for the log. */
    abstract List<String> session(String sendAfter);

    abstract DumpCommand command(long serverId, String sendAfter);
}
