package io.tallystick.examples.world;

import io.tallystick.examples.service.Client;
import io.tallystick.examples.service.FaultSettings;
import io.tallystick.examples.service.Faults;
import io.tallystick.examples.service.Json;
import io.tallystick.examples.service.ServiceSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One service as its world sees it: a process that can be killed and started again at the same address, its lines to
 * others, and its faults. Thread-safe.
 */
public final class Servant implements AutoCloseable {

    private static final int ATTEMPTS = 10;
    /** Which fault struck how often is worth a wait; a kill is not to wait for it. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Duration LONGEST_BEFORE_KILL = Duration.ofSeconds(3);

    private final Role role;
    private final Map<String, String> environment;
    private final Lines lines;
    private final Path log;
    private final Map<Faults.Kind, Long> struckBefore = new EnumMap<>(Faults.Kind.class);
    private volatile ServiceSettings settings;
    private FaultSettings faults = FaultSettings.NONE;
    private ServiceProcess process;

    private Servant(Role role, ServiceSettings settings, Map<String, String> environment, Lines lines, Path log) {
        this.role = role;
        this.settings = settings;
        this.environment = Map.copyOf(environment);
        this.lines = lines;
        this.log = log;
        this.process = ServiceProcess.start(role.main(), settings, environment, log);
    }

    /** Starts the process; {@link #awaitReady} says when it answers. */
    static Servant start(Role role, ServiceSettings settings, Map<String, String> environment, Lines lines, Path log) {
        return new Servant(role, settings, environment, lines, log);
    }

    public String name() {
        return role.name();
    }

    /** Where it listens; stays the same when it is started again. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + settings.port());
    }

    /** Calls it over HTTP. */
    public Client client() {
        return new Client(uri());
    }

    /** From it to its databases and peers; none unless it is a coordinator. */
    public Lines lines() {
        return lines;
    }

    public synchronized boolean isAlive() {
        return process.isAlive();
    }

    /** From now on these things go wrong in it; also after it was started again. */
    public synchronized void faults(FaultSettings next) {
        faults = next;
        for (int attempt = 1; answers(); attempt++) {
            try {
                client().ask("PUT", "/admin/faults", Json.write(next));
                return;
            } catch (RuntimeException e) {
                // all its threads may be waiting for a database that was killed
                if (attempt == ATTEMPTS || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    public synchronized FaultSettings faults() {
        return faults;
    }

    /** How often each fault struck inside it, over all its lives. */
    public synchronized Map<Faults.Kind, Long> struck() {
        return struck(LONGEST);
    }

    private Map<Faults.Kind, Long> struck(Duration longest) {
        Map<Faults.Kind, Long> all = new EnumMap<>(Faults.Kind.class);
        all.putAll(struckBefore);
        if (answers()) {
            Struck now = Json.read(
                    "{\"counts\":" + client().waiting(longest).ask("GET", "/admin/faults", "") + "}", Struck.class);
            now.counts().forEach((kind, count) -> all.merge(kind, count, Long::sum));
        }
        return all;
    }

    /** kill -9. */
    public synchronized void kill() {
        if (process.isAlive()) {
            remember();
            process.kill();
        }
    }

    /** Starts it again after {@link #kill}, at the same address; returns when it answers. */
    public synchronized void restart() {
        if (process.isAlive()) {
            // whoever started it may have been interrupted before it answered
            awaitReady();
            return;
        }
        process = ServiceProcess.start(role.main(), settings, environment, log);
        awaitReady();
        if (!faults.equals(FaultSettings.NONE)) {
            faults(faults);
        }
    }

    synchronized void awaitReady() {
        int port = process.awaitReady(120, TimeUnit.SECONDS);
        settings = settings.at(port);
    }

    @Override
    public synchronized void close() {
        process.kill();
        lines.close();
    }

    /** A pipeline listens to nobody. */
    private boolean answers() {
        return process.isAlive() && role.kind() != Role.Kind.PIPELINE;
    }

    private void remember() {
        try {
            Map<Faults.Kind, Long> all = struck(LONGEST_BEFORE_KILL);
            struckBefore.clear();
            struckBefore.putAll(all);
        } catch (RuntimeException e) {
            // the count is for show; the kill must happen
        }
    }

    /** For reading a map of enums. */
    record Struck(Map<Faults.Kind, Long> counts) {}

    @Override
    public String toString() {
        return role.name();
    }
}
