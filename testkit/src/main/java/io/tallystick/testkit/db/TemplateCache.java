package io.tallystick.testkit.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Unpacked servers with an initialized data directory, kept between runs. An entry is built aside and renamed into
 * place, so it is whole or not there; a file lock keeps several JVMs from building the same one. Thread-safe.
 */
record TemplateCache(Path root) {
    /** Raised whenever a recipe initializes differently, so that old templates are left alone. */
    private static final int LAYOUT = 1;

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** One unpacked server: its programs and a data directory to copy. */
    record Template(Path home, Path data) {}

    static TemplateCache ofUser(Map<String, String> environment, String userHome) {
        @Nullable String xdg = environment.get("XDG_CACHE_HOME");
        Path cache = xdg == null || xdg.isBlank() ? Path.of(userHome, ".cache") : Path.of(xdg);
        return new TemplateCache(cache.resolve("tallystick"));
    }

    Template get(Recipe recipe) {
        BinaryArtifact artifact = BinaryArtifact.find(recipe);
        Path entry = root.resolve(artifact.key() + "-" + LAYOUT);
        if (!Files.isDirectory(entry)) {
            buildOnce(recipe, artifact, entry);
        }
        return new Template(entry.resolve("home"), entry.resolve("data"));
    }

    private void buildOnce(Recipe recipe, BinaryArtifact artifact, Path entry) {
        try {
            Files.createDirectories(root);
            Path lockFile = root.resolve(entry.getFileName() + ".lock");
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock ignored = lock(channel)) {
                if (!Files.isDirectory(entry)) {
                    build(recipe, artifact, entry);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare " + entry, e);
        }
    }

    /** Waits for other JVMs in the kernel and for other threads of this one by asking again. */
    private static FileLock lock(FileChannel channel) throws IOException {
        while (true) {
            try {
                return channel.lock();
            } catch (OverlappingFileLockException e) {
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private static void build(Recipe recipe, BinaryArtifact artifact, Path entry) throws IOException {
        Path aside = entry.resolveSibling(entry.getFileName() + ".building");
        if (Files.exists(aside)) {
            FileTree.delete(aside);
        }
        Path home = Files.createDirectories(aside.resolve("home"));
        recipe.unpack(artifact, home);
        recipe.initialize(home, aside.resolve("data"));
        Files.move(aside, entry, StandardCopyOption.ATOMIC_MOVE);
    }
}
