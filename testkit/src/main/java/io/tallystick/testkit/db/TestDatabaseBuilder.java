package io.tallystick.testkit.db;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options of a server about to be started. Not thread-safe; may be started several times. */
public final class TestDatabaseBuilder {
    private final Engine engine;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private int port;
    private int serverId = 1;
    private @Nullable Path dataFrom;

    TestDatabaseBuilder(Engine engine) {
        this.engine = engine;
    }

    /**
     * Adds a server setting, overriding the kit's own: {@code setting("max_connections", "500")} becomes
     * {@code -c max_connections=500} for PostgreSQL and {@code --max_connections=500} for MariaDB and MySQL, where an
     * empty value means a bare flag.
     */
    public TestDatabaseBuilder setting(String name, String value) {
        if (!name.matches("[A-Za-z][A-Za-z0-9_.-]*")) {
            throw new IllegalArgumentException(
                    "setting name: expected letters, digits, '_', '-' and '.', found '" + name + "'");
        }
        settings.put(name, value);
        return this;
    }

    /** Listens on this port of 127.0.0.1 instead of a free one. */
    public TestDatabaseBuilder port(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port: expected 1 to 65535, found " + port);
        }
        this.port = port;
        return this;
    }

    /** The server id of MariaDB and MySQL (default 1); PostgreSQL has none and ignores it. */
    public TestDatabaseBuilder serverId(int serverId) {
        this.serverId = serverId;
        return this;
    }

    /**
     * Starts on a copy of this data directory instead of an empty database, for example one copied from another server
     * to make a replica. The directory itself is not touched.
     */
    public TestDatabaseBuilder dataFrom(Path dataDirectory) {
        this.dataFrom = dataDirectory;
        return this;
    }

    /**
     * Gives up durability for speed: no fsync, no flush at commit. A killed process still keeps its commits, a killed
     * machine does not. Default: durable, so that crash tests mean what they say.
     */
    public TestDatabaseBuilder withoutDurability() {
        if (engine == Engine.POSTGRESQL) {
            return setting("fsync", "off").setting("synchronous_commit", "off").setting("full_page_writes", "off");
        }
        return setting("sync-binlog", "0").setting("innodb-flush-log-at-trx-commit", "2");
    }

    /**
     * Starts the server and waits until it answers.
     *
     * @throws TestDatabaseException when it cannot be started; the message holds the end of the server's log
     */
    public TestDatabase start() {
        ServerSpec spec = new ServerSpec(engine, port, serverId, Map.copyOf(settings), dataFrom);
        LocalServer server = LocalServer.start(spec);
        return new TestDatabase(server, Recipe.of(engine).firstDatabase(), true);
    }
}
