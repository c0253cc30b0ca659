package io.tallystick.testkit.db;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Somebody's own server, named by environment variables; the kit never ends it. */
record ExternalServer(Engine engine, String host, int port, String parameters, String user, String password)
        implements Server {
    private static final Pattern URL = Pattern.compile("jdbc:[a-z]+://([^:/?,]+)(?::(\\d+))?/([^?]*)(\\?.*)?");

    /** The database that the environment names, if it names one for this engine. */
    static Optional<TestDatabase> fromEnvironment(Engine engine, Map<String, String> environment) {
        String variable = engine.environmentVariable("URL");
        @Nullable String url = environment.get(variable);
        if (url == null || url.isBlank()) {
            return Optional.empty();
        }
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw new IllegalArgumentException(variable
                    + ": expected jdbc:postgresql://host:port/database or jdbc:mariadb://host:port/database, found "
                    + url.replaceAll("\\?.*", "?…"));
        }
        ExternalServer server = new ExternalServer(
                engine,
                parts.group(1),
                parts.group(2) == null ? defaultPort(engine) : Integer.parseInt(parts.group(2)),
                parts.group(4) == null ? "" : parts.group(4),
                environment.getOrDefault(engine.environmentVariable("USER"), Recipe.USER),
                environment.getOrDefault(engine.environmentVariable("PASSWORD"), ""));
        return Optional.of(new TestDatabase(server, parts.group(3), true));
    }

    private static int defaultPort(Engine engine) {
        return engine.isMySqlFamily() ? 3306 : 5432;
    }

    @Override
    public String url(String database) {
        return Recipe.of(engine).url(host, port, database) + parameters;
    }

    @Override
    public DataSource dataSource(String database) {
        return Recipe.of(engine).dataSource(url(database), user, password);
    }

    @Override
    public long pid() {
        throw refused("the process id");
    }

    @Override
    public Path dataDirectory() {
        throw refused("the data directory");
    }

    @Override
    public Path home() {
        throw refused("the programs");
    }

    @Override
    public String log() {
        throw refused("the log");
    }

    @Override
    public boolean isRunning() {
        return true;
    }

    @Override
    public void kill() {
        throw refused("kill()");
    }

    @Override
    public void stop() {
        throw refused("stop()");
    }

    @Override
    public void restart() {
        throw refused("restart()");
    }

    @Override
    public void pause() {
        throw refused("pause()");
    }

    @Override
    public void resume() {
        throw refused("resume()");
    }

    @Override
    public void close() {
        // not ours to end
    }

    private UnsupportedOperationException refused(String what) {
        String variable = engine.environmentVariable("URL");
        return new UnsupportedOperationException(what + " of " + engine + " at " + host + ":" + port
                + ": expected a server that the test kit started, found the one named by " + variable
                + ". Unset " + variable + ", or use @Databases(ownServer = true).");
    }

    /** The generated form would print the password. */
    @Override
    public String toString() {
        return engine + " at " + host + ":" + port;
    }
}
