package io.tallystick.bench.cdc;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.MirrorMapping;
import io.tallystick.cdc.Pipeline;
import io.tallystick.cdc.PipelineSettings;
import io.tallystick.cdc.ReplicatedTarget;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.postgres.cdc.PostgresChangeSource;
import io.tallystick.postgres.cdc.PostgresRowWriter;
import io.tallystick.postgres.cdc.SlotSettings;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast a backlog goes from PostgreSQL to PostgreSQL: Tallystick and the server's own logical replication (binary,
 * synchronous_commit off as is its default), one after the other over the same log, in turns; every copy is compared with its source.
 */
final class DrainBench {

    private static final TableName TABLE = new TableName("public", "bench");

    private static final String NARROW =
            "CREATE TABLE bench (id bigint PRIMARY KEY, name text, amount numeric(12,2), at timestamptz)";
    private static final String WIDE =
            "CREATE TABLE bench (id bigint PRIMARY KEY, a int, b smallint, c real, d double precision,"
                    + " e numeric(20,4), f text, g varchar(80), h boolean, i date, j timestamp, k timestamptz, l uuid, m bytea, n jsonb,"
                    + " o int[])";

    private static final String SMALL = """
            DO $$ BEGIN FOR i IN 1..%d LOOP
              CASE i %% 10
              WHEN 8 THEN UPDATE bench SET amount = amount + 1 WHERE id = i - 3;
              WHEN 9 THEN DELETE FROM bench WHERE id = i - 6;
              ELSE INSERT INTO bench VALUES (i, 'customer ' || i, i * 1.5, now());
              END CASE; COMMIT;
            END LOOP; END $$""";
    private static final String LARGE =
            "INSERT INTO bench SELECT i, 'customer ' || i, i * 1.5, now() FROM generate_series(1, %d) i";
    private static final String MIXED = """
            DO $$ BEGIN FOR i IN 1..%d LOOP
              INSERT INTO bench VALUES (i, i, i %% 1000, i, i, i, repeat('t', 40), 'v' || i, true, now(), now(), now(),
                gen_random_uuid(), '\\x00ff', '{"a": 1}', ARRAY[i, 2, 3]);
              IF i %% 10 = 0 THEN COMMIT; END IF;
            END LOOP; END $$""";

    private final TestDatabase source;
    private final TestDatabase target;
    private int number;

    private DrainBench(TestDatabase source, TestDatabase target) {
        this.source = source;
        this.target = target;
    }

    /** Prints a line for each round as it comes. */
    static void run(Sizes sizes, int rounds) throws SQLException {
        try (TestDatabase source = server();
                TestDatabase target = server()) {
            DrainBench bench = new DrainBench(source, target);
            bench.run("small transactions", NARROW, SMALL, sizes.small, rounds);
            bench.run("one transaction", NARROW, LARGE, sizes.large, rounds);
            bench.run("wide rows by ten", WIDE, MIXED, sizes.wide, rounds);
        }
    }

    /** How many changes of each kind. */
    record Sizes(int small, int large, int wide) {}

    private static TestDatabase server() {
        return TestDatabases.postgres()
                .setting("wal_level", "logical")
                .setting("max_wal_size", "8GB")
                .setting("checkpoint_timeout", "1h")
                .setting("shared_buffers", "512MB")
                .start();
    }

    private void run(String what, String table, String load, int changes, int rounds) throws SQLException {
        for (int round = 0; round < rounds; round++) {
            number++;
            source.execute("DROP TABLE IF EXISTS bench", table);
            PostgresChangeSource ours = PostgresChangeSource.on(
                    ConnectionSettings.of(source.url(), source.user(), source.password()),
                    SlotSettings.named("bench" + number));
            ours.establish(Set.of(TABLE));
            source.execute(
                    "CREATE PUBLICATION native FOR TABLE bench",
                    "SELECT pg_create_logical_replication_slot('native" + number + "', 'pgoutput')");
            fill(load.formatted(changes));
            long tally;
            long natively;
            // who reads first warms the server's cache for the other, so they take turns
            if (round % 2 == 0) {
                tally = tallystick(ours, table);
                natively = natively(table);
            } else {
                natively = natively(table);
                tally = tallystick(ours, table);
            }
            System.out.printf(
                    "%-20s round %d  tallystick %,9d/s  native %,9d/s  %.2f times%n",
                    what, round, rate(changes, tally), rate(changes, natively), (double) natively / tally);
            ours.release();
            source.execute("DROP PUBLICATION native");
        }
    }

    private void fill(String load) throws SQLException {
        try (Connection connection = source.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = off");
            statement.execute(load);
            statement.execute("SET synchronous_commit = on");
            statement.execute("INSERT INTO bench (id) VALUES (-1)");
            statement.execute("CHECKPOINT");
        }
    }

    private long tallystick(PostgresChangeSource log, String table) throws SQLException {
        try (TestDatabase copy = target.createDatabase()) {
            copy.execute(table);
            Schema.of(Jdbc.on(copy.dataSource())).install("cdc");
            TargetTable bench;
            try (Connection connection = copy.connect()) {
                bench = TargetCatalog.of(connection)
                        .read(List.of(Wanted.all(TABLE)))
                        .get(0);
            }
            ReplicatedTarget to = new ReplicatedTarget(
                    "copy",
                    copy.dataSource(),
                    Dialect.POSTGRESQL,
                    new PostgresRowWriter(ConversionPolicy.standard()),
                    new MirrorMapping(Map.of(TABLE, bench)));
            long begun = System.nanoTime();
            try (Pipeline pipeline = Pipeline.of(
                    "bench" + number,
                    log,
                    Set.of(TABLE),
                    List.of(to),
                    PipelineSettings.standard().withCopyFirst(false))) {
                pipeline.start();
                awaitLast(copy);
            }
            long taken = System.nanoTime() - begun;
            compare(copy, "tallystick");
            return taken;
        }
    }

    private long natively(String table) throws SQLException {
        try (TestDatabase copy = target.createDatabase()) {
            copy.execute(table);
            String from = "host=" + source.host() + " port=" + source.port() + " dbname=" + source.name() + " user="
                    + source.user() + " password=" + source.password();
            long begun = System.nanoTime();
            copy.execute("CREATE SUBSCRIPTION native CONNECTION '" + from + "' PUBLICATION native WITH (binary = true,"
                    + " copy_data = false, create_slot = false, slot_name = 'native" + number + "')");
            awaitLast(copy);
            long taken = System.nanoTime() - begun;
            compare(copy, "native");
            copy.execute("DROP SUBSCRIPTION native");
            return taken;
        }
    }

    private static void awaitLast(TestDatabase copy) throws SQLException {
        try (Connection connection = copy.connect();
                Statement statement = connection.createStatement()) {
            while (true) {
                try (ResultSet row = statement.executeQuery("SELECT 1 FROM bench WHERE id = -1")) {
                    if (row.next()) {
                        return;
                    }
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    private void compare(TestDatabase copy, String who) throws SQLException {
        String here = digest(source);
        String there = digest(copy);
        if (!here.equals(there)) {
            throw new IllegalStateException(who + " made another copy: " + there + ", the source has " + here);
        }
    }

    private static String digest(TestDatabase db) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM bench t")) {
            row.next();
            return row.getLong(1) + " rows, " + row.getString(2);
        }
    }

    private static long rate(int changes, long nanos) {
        return changes * 1_000_000_000L / nanos;
    }
}
