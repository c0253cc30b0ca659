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
                + System.getProperty("java.vm.version") + "; everything on one machine\nPostgreSQL: "
                + Servers.settings(Engine.POSTGRESQL) + "\nMariaDB: " + Servers.settings(Engine.MARIADB);
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
