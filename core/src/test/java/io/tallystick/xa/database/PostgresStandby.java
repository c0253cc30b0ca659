package io.tallystick.xa.database;

import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A replica that has what its PostgreSQL had when it was copied, and waits for a log that never comes, until it is promoted. */
public final class PostgresStandby {

    private PostgresStandby() {}

    /** The primary is stopped for it and goes on. */
    public static TestDatabase coldCopyOf(TestDatabase primary) throws IOException {
        primary.stop();
        Path signal = primary.dataDirectory().resolve("standby.signal");
        Files.createFile(signal);
        try {
            return TestDatabases.postgres().dataFrom(primary.dataDirectory()).start();
        } finally {
            Files.delete(signal);
            primary.restart();
        }
    }
}
