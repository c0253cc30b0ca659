package io.tallystick.bench;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Reads what a database and the machine have spent so far. Not thread-safe. */
final class Meter implements AutoCloseable {
    /** The next transaction id counts writing transactions exactly: reading ones are given none. */
    private static final String POSTGRES = """
            SELECT xact_commit, pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
                   pg_current_wal_insert_lsn() - '0/0', (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal')
            FROM pg_stat_database WHERE datname = current_database()
            """;

    private static final String MARIADB = """
            SELECT sum(if(variable_name IN ('COM_COMMIT', 'COM_XA_COMMIT'), variable_value, 0)),
                   sum(if(variable_name = 'BINLOG_COMMITS', variable_value, 0)),
                   sum(if(variable_name IN ('INNODB_OS_LOG_WRITTEN', 'BINLOG_BYTES_WRITTEN'), variable_value, 0)),
                   sum(if(variable_name = 'BINLOG_GROUP_COMMITS', variable_value, 0))
            FROM information_schema.global_status
            """;

    private final TestDatabase database;
    private final Connection connection;
    private final String query;

    Meter(TestDatabase database) throws SQLException {
        this.database = database;
        this.connection = database.connect();
        this.query = database.engine() == Engine.POSTGRESQL ? POSTGRES : MARIADB;
    }

    Reading read() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return new Reading(
                    row.getDouble(1),
                    row.getDouble(2),
                    row.getDouble(3),
                    row.getDouble(4),
                    Processors.now(),
                    new Used(ProcessTime.ofThisJvm(), ProcessTime.of(database.pid())),
                    System.nanoTime());
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    record Reading(
            double commits,
            double writing,
            double logBytes,
            double logFsyncs,
            Processors processors,
            Used used,
            long nanos) {
        double secondsSince(Reading earlier) {
            return (nanos - earlier.nanos) / 1e9;
        }

        Sample.Cost since(Reading earlier) {
            return new Sample.Cost(
                    commits - earlier.commits,
                    writing - earlier.writing,
                    logBytes - earlier.logBytes,
                    logFsyncs - earlier.logFsyncs,
                    new Sample.Cpu(
                            processors.idleSince(earlier.processors),
                            used.jvm().minus(earlier.used.jvm()).toNanos() / 1e9,
                            used.database().minus(earlier.used.database()).toNanos() / 1e9));
        }
    }

    record Used(Duration jvm, Duration database) {}
}
