package io.tallystick.bench;

import io.tallystick.testkit.db.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** On what the figures were taken. */
public final class Machine {
    private Machine() {}

    public static String describe() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS) + "; "
                + Runtime.getRuntime().availableProcessors() + " processors (" + line("/proc/cpuinfo", "model name")
                + "), "
                + line("/proc/meminfo", "MemTotal") + "; "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + "; JDK "
                + System.getProperty("java.vm.version") + "; everything on one machine" + autogroups()
                + "\nPostgreSQL: "
                + Servers.settings(Engine.POSTGRESQL) + "\nMariaDB: " + Servers.settings(Engine.MARIADB);
    }

    /**
     * Linux can divide the processors among sessions and not among processes. Each process of PostgreSQL is a session, a client with all
     * its threads is one: it waits for its turn while the databases do not, and what it spends counts several times.
     */
    private static String autogroups() {
        Path setting = Path.of("/proc/sys/kernel/sched_autogroup_enabled");
        try {
            return Files.exists(setting)
                    ? "; sched_autogroup_enabled=" + Files.readString(setting).strip()
                    : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(String file, String key) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
