package io.tallystick.testkit.db;

/**
 * Where test databases come from.
 *
 * <pre>{@code
 * try (TestDatabase db = TestDatabases.postgres().start()) {
 *     db.execute("CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL)");
 *     db.kill();      // kill -9
 *     db.restart();   // the same data, the same port
 * }
 * }</pre>
 *
 * <p>The first start on a machine unpacks the server into the user's cache directory
 * ({@code $XDG_CACHE_HOME/tallystick} or {@code ~/.cache/tallystick}); later starts take well under a second.
 */
public final class TestDatabases {
    private TestDatabases() {}

    /** PostgreSQL with {@code wal_level=logical} and 64 prepared transactions. */
    public static TestDatabaseBuilder postgres() {
        return of(Engine.POSTGRESQL);
    }

    /** MariaDB with a row binlog and GTIDs. */
    public static TestDatabaseBuilder mariadb() {
        return of(Engine.MARIADB);
    }

    /** MySQL with a row binlog and GTIDs. Needs the operating system's {@code libaio.so.1}. */
    public static TestDatabaseBuilder mysql() {
        return of(Engine.MYSQL);
    }

    /** The builder for an engine chosen at run time. */
    public static TestDatabaseBuilder of(Engine engine) {
        return new TestDatabaseBuilder(engine);
    }
}
