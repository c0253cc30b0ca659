package io.tallystick.bench.cdc.contender;

import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A slot of pgoutput and the publication of the one table, both of one name, for readers that make none of their own. */
record PostgresSlot(TestDatabase source, String name) {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    void create() {
        source.execute(
                "CREATE PUBLICATION " + name + " FOR TABLE " + Line.TABLE,
                "SELECT pg_create_logical_replication_slot('" + name + "', 'pgoutput')");
    }

    /** Ends a reader that has not gone by itself yet. */
    void drop() throws SQLException {
        try (Connection connection = source.connect();
                Statement statement = connection.createStatement()) {
            while (isRead(statement)) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
            statement.execute("SELECT pg_drop_replication_slot('" + name + "')");
            statement.execute("DROP PUBLICATION " + name);
        }
    }

    private boolean isRead(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                + " WHERE active AND slot_name = '" + name + "'")) {
            return row.next();
        }
    }
}
