package io.tallystick.bench;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;

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

    /** Ticks of all processors since the machine started, from {@code /proc/stat}; waiting for a disk counts as idle. */
    record Processors(long idle, long total) {
        static Processors now() {
            try {
                String[] fields =
                        Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
                long total = 0;
                for (int i = 1; i <= 8; i++) {
                    total += Long.parseLong(fields[i]);
                }
                return new Processors(Long.parseLong(fields[4]) + Long.parseLong(fields[5]), total);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        double idleSince(Processors earlier) {
            return total == earlier.total ? 1 : (double) (idle - earlier.idle) / (total - earlier.total);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%d of %d ticks idle", idle, total);
        }
    }
}
