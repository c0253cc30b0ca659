package io.tallystick.testkit.db;

import io.tallystick.testkit.db.TemplateCache.Template;
import io.tallystick.testkit.internal.Ports;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** A server that the kit started. All methods are synchronized: one life, one owner. */
final class LocalServer implements Server {
    private static final String HOST = "127.0.0.1";
    private static final int LOG_TAIL_BYTES = 16 * 1024;
    private static final int START_SECONDS = 120;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int PORT_ATTEMPTS = 5;

    private final ServerSpec spec;
    private final Recipe recipe;
    private final Template template;
    private final InstanceDirectory directory;
    private int port;
    private ServerProcess process;

    private LocalServer(ServerSpec spec, Recipe recipe, Template template, InstanceDirectory directory) {
        this.spec = spec;
        this.recipe = recipe;
        this.template = template;
        this.directory = directory;
        FileTree.copy(spec.dataFrom() == null ? template.data() : spec.dataFrom(), dataDirectory());
        recipe.adopt(dataDirectory());
        this.port = spec.port() == 0 ? Ports.free() : spec.port();
        this.process = launchOnFreePort();
    }

    static LocalServer start(ServerSpec spec) {
        Recipe recipe = Recipe.of(spec.engine());
        Template template = TemplateCache.ofUser(System.getenv(), System.getProperty("user.home"))
                .get(recipe);
        InstanceDirectory directory = InstanceDirectory.create(spec.engine());
        try {
            return new LocalServer(spec, recipe, template, directory);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** A port found free may be taken before the server binds it; unless it was asked for, another one does. */
    private ServerProcess launchOnFreePort() {
        for (int attempt = 1; ; attempt++) {
            try {
                return launch();
            } catch (TestDatabaseException e) {
                boolean taken = log().contains("already in use");
                if (spec.port() != 0 || !taken || attempt == PORT_ATTEMPTS) {
                    throw e;
                }
                port = Ports.free();
            }
        }
    }

    private ServerProcess launch() {
        long logStart = logFile().toFile().length();
        ServerProcess started = ServerProcess.start(
                recipe.command(home(), dataDirectory(), port, spec),
                directory.path(),
                logFile(),
                recipe.abandonSignal());
        try {
            awaitReady(started, logStart);
            return started;
        } catch (RuntimeException e) {
            if (started.isAlive()) {
                started.kill();
            }
            throw e;
        }
    }

    private void awaitReady(ServerProcess started, long logStart) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!recipe.saysReady(dataDirectory(), started.pid(), logFrom(logStart)) || !answers()) {
            if (!started.isAlive()) {
                String log = log();
                throw new TestDatabaseException(engine() + " ended while starting on port " + port + ". "
                        + Commands.hint(log) + "The end of its log:\n" + log);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TestDatabaseException(engine() + " did not answer on port " + port + " within "
                        + START_SECONDS + " s. The end of its log:\n" + log());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean answers() {
        try (Connection ignored = dataSource(recipe.firstDatabase()).getConnection()) {
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public Engine engine() {
        return spec.engine();
    }

    @Override
    public String host() {
        return HOST;
    }

    @Override
    public synchronized int port() {
        return port;
    }

    @Override
    public String user() {
        return Recipe.USER;
    }

    @Override
    public String password() {
        return Recipe.USER;
    }

    @Override
    public String url(String database) {
        return recipe.url(HOST, port(), database);
    }

    @Override
    public DataSource dataSource(String database) {
        return recipe.dataSource(url(database), user(), password());
    }

    @Override
    public synchronized long pid() {
        return process.pid();
    }

    @Override
    public Path dataDirectory() {
        return directory.path().resolve("data");
    }

    @Override
    public Path home() {
        return template.home();
    }

    private Path logFile() {
        return directory.path().resolve("server.log");
    }

    @Override
    public String log() {
        return logFrom(Math.max(0, logFile().toFile().length() - LOG_TAIL_BYTES));
    }

    private String logFrom(long start) {
        if (!Files.exists(logFile())) {
            return "";
        }
        try (RandomAccessFile file = new RandomAccessFile(logFile().toFile(), "r")) {
            file.seek(start);
            byte[] tail = new byte[(int) Math.max(0, file.length() - start)];
            file.readFully(tail);
            return new String(tail, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + logFile(), e);
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return process.isAlive();
    }

    @Override
    public synchronized void kill() {
        process.kill();
    }

    @Override
    public synchronized void stop() {
        process.stop(recipe.stopSignal());
    }

    @Override
    public synchronized void restart() {
        if (process.isAlive()) {
            stop();
        }
        recipe.forgetServer(dataDirectory());
        process = launch();
    }

    @Override
    public synchronized void pause() {
        process.pause();
    }

    @Override
    public synchronized void resume() {
        process.resume();
    }

    @Override
    public synchronized void close() {
        if (process.isAlive()) {
            process.stop(recipe.abandonSignal());
        } else {
            recipe.removeRemains(dataDirectory());
        }
        directory.close();
    }
}
