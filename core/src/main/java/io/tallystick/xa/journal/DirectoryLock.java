package io.tallystick.xa.journal;

import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The operating system's lock on a journal's directory: one process at a time, and none after it has died. */
final class DirectoryLock implements AutoCloseable {

    /**
     * Directories locked by this process. Static against the habit, because the lock it guards belongs to the process as well: on
     * POSIX, closing any descriptor of a file drops all of the process's locks on it, so a second attempt must not even open it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Creates the directory if need be.
     *
     * @throws UnavailableException when another process, or this one, has it; names the process
     */
    static DirectoryLock take(Path directory) {
        try {
            Files.createDirectories(directory);
            Path real = directory.toRealPath();
            if (!HELD.add(real)) {
                throw inUse(real);
            }
            return lock(real);
        } catch (IOException e) {
            throw new UnavailableException("journal directory " + directory + " cannot be locked: " + e, e);
        }
    }

    private static DirectoryLock lock(Path real) throws IOException {
        FileChannel channel = null;
        boolean done = false;
        try {
            channel = FileChannel.open(
                    real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(real);
            }
            // in a file of its own: reading "lock" itself would drop the lock
            Files.writeString(owner(real), "pid " + ProcessHandle.current().pid());
            done = true;
            return new DirectoryLock(real, channel);
        } finally {
            if (!done) {
                HELD.remove(real);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static UnavailableException inUse(Path directory) {
        String owner;
        try {
            owner = Files.readString(owner(directory));
        } catch (IOException e) {
            owner = "another process";
        }
        return new UnavailableException("journal directory " + directory + " is already in use by " + owner
                + "; stop it, or give this process a directory of its own");
    }

    private static Path owner(Path directory) {
        return directory.resolve("owner");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UnavailableException("journal directory " + directory + " cannot be unlocked: " + e, e);
        } finally {
            HELD.remove(directory);
        }
    }
}
