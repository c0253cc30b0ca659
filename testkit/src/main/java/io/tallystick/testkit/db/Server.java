package io.tallystick.testkit.db;

import java.nio.file.Path;
import javax.sql.DataSource;

/** A running server, started by the kit or somebody's own. */
interface Server extends AutoCloseable {
    Engine engine();

    String host();

    int port();

    String user();

    String password();

    String url(String database);

    DataSource dataSource(String database);

    long pid();

    Path dataDirectory();

    Path home();

    String log();

    boolean isRunning();

    void kill();

    void stop();

    void restart();

    void pause();

    void resume();

    @Override
    void close();
}
