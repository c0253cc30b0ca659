package io.tallystick.bench.cdc;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.postgres.cdc.PostgresChangeSource;
import io.tallystick.postgres.cdc.SlotSettings;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * How fast a backlog of PostgreSQL's log is read, without applying it: our reader and the driver's, one after the other over the same
 * log, several rounds. Arguments: rounds (3), thousands of small transactions (200), thousands of rows in the large one (500).
 */
public final class LogReadBench {

    private static final String SMALL = """
            DO $$ BEGIN FOR i IN 1..%d LOOP
              INSERT INTO bench VALUES (i, 'customer ' || i, i * 1.5, now()); COMMIT;
            END LOOP; END $$""";
    private static final String LARGE =
            "INSERT INTO bench SELECT i, 'customer ' || i, i * 1.5, now() FROM generate_series(1, %d) i";

    private final TestDatabase db;
    private int slots;

    private LogReadBench(TestDatabase db) {
        this.db = db;
    }

    public static void main(String[] args) throws SQLException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        int small = 1_000 * (args.length > 1 ? Integer.parseInt(args[1]) : 200);
        int large = 1_000 * (args.length > 2 ? Integer.parseInt(args[2]) : 500);
        try (TestDatabase db = TestDatabases.postgres()
                .setting("max_wal_size", "8GB")
                .setting("checkpoint_timeout", "1h")
                .start()) {
            LogReadBench bench = new LogReadBench(db);
            bench.run("small transactions", SMALL.formatted(small), small, rounds);
            bench.run("one transaction", LARGE.formatted(large), large, rounds);
        }
    }

    private void run(String what, String load, int changes, int rounds) throws SQLException {
        for (int round = 0; round < rounds; round++) {
            db.execute(
                    "DROP TABLE IF EXISTS bench",
                    "CREATE TABLE bench (id bigint PRIMARY KEY, name text, amount numeric(12,2), at timestamptz)");
            PostgresChangeSource source = source();
            Position start = source.establish(tables());
            db.execute("SELECT pg_copy_logical_replication_slot('bench" + slots + "', 'driver" + slots + "')");
            fill(load);
            // who reads first warms the server's cache for the other, so they take turns
            long drivers = round % 2 == 1 ? drivers(changes) : 0;
            long ours = ours(source, start, changes);
            drivers = round % 2 == 1 ? drivers : drivers(changes);
            System.out.printf(
                    "%-20s round %d  ours %,9d/s  the driver's %,9d/s%n",
                    what, round, rate(changes, ours), rate(changes, drivers));
            source.release();
            db.execute("SELECT pg_drop_replication_slot('driver" + slots + "')");
        }
    }

    private void fill(String load) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = off");
            statement.execute(load);
            statement.execute("SET synchronous_commit = on");
            statement.execute("SELECT pg_logical_emit_message(true, 'bench', '')");
            statement.execute("CHECKPOINT");
        }
    }

    private long ours(PostgresChangeSource source, Position start, int changes) {
        long begun = System.nanoTime();
        try (ChangeStream stream = source.open(tables(), start)) {
            for (int read = 0; read < changes; ) {
                TransactionPiece piece = stream.poll(Duration.ofSeconds(1));
                read += piece == null ? 0 : piece.changes().size();
            }
        }
        return System.nanoTime() - begun;
    }

    private long drivers(int changes) throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, db.user());
        PGProperty.PASSWORD.set(properties, db.password());
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        long begun = System.nanoTime();
        try (Connection connection = DriverManager.getConnection(db.url(), properties);
                PGReplicationStream stream = connection
                        .unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName("driver" + slots)
                        .withStartPosition(LogSequenceNumber.INVALID_LSN)
                        .withSlotOption("proto_version", "1")
                        .withSlotOption("binary", "true")
                        .withSlotOption("publication_names", "bench" + slots)
                        .start()) {
            for (int read = 0; read < changes; ) {
                ByteBuffer message = stream.read();
                read += message.get(message.position()) == 'I' ? 1 : 0;
            }
            return System.nanoTime() - begun;
        }
    }

    private PostgresChangeSource source() {
        return PostgresChangeSource.on(
                ConnectionSettings.of(db.url(), db.user(), db.password()), SlotSettings.named("bench" + ++slots));
    }

    private static Set<TableName> tables() {
        return Set.of(new TableName("public", "bench"));
    }

    private static long rate(int changes, long nanos) {
        return changes * 1_000_000_000L / nanos;
    }
}
