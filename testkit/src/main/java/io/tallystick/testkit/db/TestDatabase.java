package io.tallystick.testkit.db;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * One database on a real server. Handles made by {@link #createDatabase} share the server: what {@link #kill} does to one
 * happens to all. Thread-safe.
 */
public final class TestDatabase implements AutoCloseable {
    private final Server server;
    private final String name;
    private final boolean ownsServer;

    TestDatabase(Server server, String name, boolean ownsServer) {
        this.server = server;
        this.name = name;
        this.ownsServer = ownsServer;
    }

    /** Which database this is. */
    public Engine engine() {
        return server.engine();
    }

    /** The name of this database (in MariaDB and MySQL also called a schema). */
    public String name() {
        return name;
    }

    /** The JDBC URL, without user and password. MySQL is reached through the MariaDB driver's {@code jdbc:mariadb:}. */
    public String url() {
        return server.url(name);
    }

    /** A user with every privilege. */
    public String user() {
        return server.user();
    }

    /** The password of {@link #user()}. */
    public String password() {
        return server.password();
    }

    /** The host, 127.0.0.1 for a server that the kit started. */
    public String host() {
        return server.host();
    }

    /** The TCP port; unchanged by {@link #restart}. */
    public int port() {
        return server.port();
    }

    /** The driver's own data source, without a pool: every call opens a connection. */
    public DataSource dataSource() {
        return server.dataSource(name);
    }

    /** A new connection, in auto-commit mode. */
    public Connection connect() throws SQLException {
        return dataSource().getConnection();
    }

    /**
     * Runs each statement on one new connection, in auto-commit mode.
     *
     * @throws TestDatabaseException when one fails, naming it
     */
    public void execute(String... statements) {
        for (String sql : statements) {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new TestDatabaseException("statement failed on " + this + ": " + sql + ": " + e.getMessage(), e);
            }
        }
    }

    /** Creates an empty database on the same server; closing the returned handle drops it. */
    public TestDatabase createDatabase(String database) {
        DatabaseNames.check(database);
        execute("CREATE DATABASE " + database);
        return new TestDatabase(server, database, false);
    }

    /** Creates an empty database with a name of its own on the same server; closing the returned handle drops it. */
    public TestDatabase createDatabase() {
        return createDatabase(DatabaseNames.unique("database"));
    }

    /** The process id of the server. */
    public long pid() {
        return server.pid();
    }

    /** The data directory of the server, for example to copy it into a replica. */
    public Path dataDirectory() {
        return server.dataDirectory();
    }

    /** The directory of the server's programs ({@code bin/}, {@code lib/}, {@code share/}). */
    public Path home() {
        return server.home();
    }

    /** The end of the server's log, at most 16 KiB. */
    public String log() {
        return server.log();
    }

    /** True while the server process exists, paused or not. */
    public boolean isRunning() {
        return server.isRunning();
    }

    /** Ends every process of the server with SIGKILL, as a crash would, and returns when it is gone. */
    public void kill() {
        server.kill();
    }

    /** Ends the server in order; open transactions are rolled back, prepared ones stay. */
    public void stop() {
        server.stop();
    }

    /** Starts the server again on the same data and port after {@link #kill} or {@link #stop}; ends it first if it runs. */
    public void restart() {
        server.restart();
    }

    /** Freezes every process of the server (SIGSTOP): connections stay open and nothing answers. */
    public void pause() {
        server.pause();
    }

    /** Lets a paused server go on (SIGCONT). */
    public void resume() {
        server.resume();
    }

    /** Ends the server and deletes its data, or drops the database when this handle came from {@link #createDatabase}. */
    @Override
    public void close() {
        if (ownsServer) {
            server.close();
        } else if (server.isRunning()) {
            drop();
        }
    }

    private void drop() {
        Recipe recipe = Recipe.of(engine());
        new TestDatabase(server, recipe.firstDatabase(), false).execute(recipe.dropDatabase(name));
    }

    @Override
    public String toString() {
        return engine() + " " + url();
    }
}
