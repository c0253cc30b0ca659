package io.tallystick.bench.xa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** A directory for one coordinator's logs, on the disk of the build: a temporary directory may be memory. Deleted when closed. */
final class Scratch implements AutoCloseable {
    private final Path path;

    Scratch() throws IOException {
        Path parent = Files.createDirectories(Path.of("target", "xa-bench").toAbsolutePath());
        this.path = Files.createTempDirectory(parent, "coordinator-");
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try (var files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
