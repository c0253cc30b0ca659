package io.tallystick.bench.cdc.contender;

import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * MariaDB's own replica, by GTID, with the settings that apply fastest here: four optimistic threads, which gather the forced writes
 * of several transactions. As durable as every other contender.
 */
final class NativeMariaDb implements Replication {
    private final Line line;
    private String begin = "";

    NativeMariaDb(Line line) {
        this.line = line;
    }

    @Override
    public void prepare() throws SQLException {
        begin = endOfLog(line.source());
    }

    private static String endOfLog(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT @@global.gtid_binlog_pos")) {
            row.next();
            return row.getString(1);
        }
    }

    /** Where the source stood when this was prepared, and where the target's own numbers stand, which it wants to hear, too. */
    private String position() throws SQLException {
        String domain = begin.substring(0, begin.indexOf('-') + 1);
        return Stream.concat(
                        Stream.of(begin),
                        Arrays.stream(endOfLog(line.target()).split(",", -1)).filter(gtid -> !gtid.startsWith(domain)))
                .collect(Collectors.joining(","));
    }

    @Override
    public void start() throws SQLException {
        TestDatabase source = line.source();
        line.target()
                .execute(
                        "SET GLOBAL slave_parallel_threads = 4",
                        "SET GLOBAL slave_parallel_mode = 'optimistic'",
                        "SET GLOBAL replicate_do_table = '" + source.name() + "." + Line.TABLE + "'",
                        "SET GLOBAL gtid_slave_pos = '" + position() + "'",
                        String.format(
                                Locale.ROOT,
                                "CHANGE MASTER TO MASTER_HOST='%s', MASTER_PORT=%d, MASTER_USER='%s', MASTER_PASSWORD='%s',"
                                        + " MASTER_USE_GTID=slave_pos, MASTER_SSL=0, MASTER_SSL_VERIFY_SERVER_CERT=0,"
                                        + " MASTER_CONNECT_RETRY=1",
                                source.host(),
                                source.port(),
                                source.user(),
                                source.password()),
                        "START SLAVE");
    }

    @Override
    public void check() {
        try (Connection connection = line.target().connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW SLAVE STATUS")) {
            if (row.next()
                    && !row.getString("Last_SQL_Error").isEmpty()
                    && row.getString("Slave_SQL_Running").equals("No")) {
                throw new IllegalStateException("the replica has stopped: " + row.getString("Last_SQL_Error"));
            }
        } catch (SQLException e) {
            // it is away at the moment, which is no giving up
        }
    }

    @Override
    public void close() {
        line.target().execute("STOP SLAVE", "RESET SLAVE ALL");
    }
}
