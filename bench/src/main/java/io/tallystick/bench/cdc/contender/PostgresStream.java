package io.tallystick.bench.cdc.contender;

import io.tallystick.testkit.db.TestDatabase;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** The driver's own replication stream: the messages of pgoutput in binary form, counted and thrown away. */
final class PostgresStream implements Replication {
    private final Line line;
    private final PostgresSlot slot;
    private final AtomicLong changes = new AtomicLong();
    private final Worker worker;

    PostgresStream(Line line) {
        this.line = line;
        this.slot = new PostgresSlot(line.source(), line.name());
        this.worker = new Worker("stream", this::read);
    }

    @Override
    public void prepare() {
        slot.create();
    }

    @Override
    public void start() {
        worker.start();
    }

    private void read() throws SQLException {
        try (Connection connection = DriverManager.getConnection(line.source().url(), replication(line.source()));
                PGReplicationStream stream = connection
                        .unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(line.name())
                        .withStartPosition(LogSequenceNumber.INVALID_LSN)
                        .withSlotOption("proto_version", "1")
                        .withSlotOption("binary", "true")
                        .withSlotOption("publication_names", line.name())
                        .start()) {
            while (worker.goesOn()) {
                ByteBuffer message = stream.read();
                if ("IUD".indexOf(message.get(message.position())) >= 0) {
                    changes.lazySet(changes.get() + 1);
                }
            }
        }
    }

    private static Properties replication(TestDatabase database) {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, database.user());
        PGProperty.PASSWORD.set(properties, database.password());
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        return properties;
    }

    @Override
    public long counted() {
        return changes.get();
    }

    @Override
    public void check() {
        worker.check();
    }

    @Override
    public void close() throws InterruptedException, SQLException {
        worker.ask();
        slot.drop(); // which ends the connection, and with it the reading
        worker.end();
    }
}
