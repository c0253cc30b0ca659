package io.tallystick.testkit.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The temporary directory of one server. While its JVM lives it holds a lock in there; a directory whose lock is free
 * belongs to nobody and is deleted by the next start, together with a server still running in it.
 */
final class InstanceDirectory implements AutoCloseable {
    private static final String LOCK = "owner.lock";

    private final Path path;
    private final FileChannel owner;

    private InstanceDirectory(Path path, FileChannel owner) {
        this.path = path;
        this.owner = owner;
    }

    static InstanceDirectory create(Engine engine) {
        Path base = Path.of(System.getProperty("java.io.tmpdir"), "tallystick-" + Commands.userId());
        try {
            Files.createDirectories(
                    base, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            checkOwner(base);
            deleteStale(base);
            // the lock exists before the final name does, so nobody takes the directory for a stale one
            Path hidden = Files.createTempDirectory(base, ".new-");
            FileChannel owner =
                    FileChannel.open(hidden.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            FileLock ignored = owner.lock();
            Path path = base.resolve(thisJvm()
                    + engine.lowerCase()
                    + hidden.getFileName().toString().substring(4));
            Files.move(hidden, path);
            return new InstanceDirectory(path, owner);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for " + engine + " in " + base, e);
        }
    }

    Path path() {
        return path;
    }

    /** In a temporary directory that everybody may write to, somebody else could have made ours first. */
    private static void checkOwner(Path base) {
        int owner = Commands.ownerOf(base);
        if (owner != Commands.userId()) {
            throw new TestDatabaseException(base + ": expected it to belong to user " + Commands.userId()
                    + ", found user " + owner + ". Remove it, or set -Djava.io.tmpdir to a directory of your own.");
        }
    }

    /** Starts with the process id and start time, because a process must not open its own locks (see below). */
    private static String thisJvm() {
        ProcessHandle self = ProcessHandle.current();
        long started = self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return self.pid() + "_" + started + "-";
    }

    /** Skips this JVM's own directories: closing any channel of a file drops the locks its process holds on it. */
    private static void deleteStale(Path base) throws IOException {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(base, "[0-9]*")) {
            for (Path directory : directories) {
                if (!directory.getFileName().toString().startsWith(thisJvm())) {
                    deleteIfStale(directory);
                }
            }
        }
    }

    private static void deleteIfStale(Path directory) {
        try (FileChannel channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.WRITE);
                @Nullable FileLock lock = channel.tryLock()) {
            if (lock != null) {
                ServerProcess.endAllIn(directory);
                FileTree.delete(directory);
            }
        } catch (IOException | UncheckedIOException e) {
            // somebody else is deleting it at this moment; the next start looks again
        }
    }

    @Override
    public void close() {
        try {
            FileTree.delete(path);
            owner.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }
}
