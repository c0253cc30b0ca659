package io.tallystick.disk;

import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operating system's lock on a directory: one process at a time, once in it, and nobody after it has died. Thread-safe. */
public final class DirectoryLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);
    private static final String OWNER = "owner";

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
     * @param use what the directory is for, for the message
     * @throws UnavailableException when another process, or this one, has it; names the process
     */
    public static DirectoryLock take(Path directory, String use) throws IOException {
        Files.createDirectories(directory);
        Path real = directory.toRealPath();
        if (!HELD.add(real)) {
            throw inUse(real, use);
        }
        FileChannel channel = null;
        boolean locked = false;
        try {
            channel = FileChannel.open(
                    real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            locked = channel.tryLock() != null;
            if (!locked) {
                throw inUse(real, use);
            }
            noteOwner(real);
            return new DirectoryLock(real, channel);
        } finally {
            if (!locked) {
                HELD.remove(real);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    /** In a file of its own: reading "lock" itself would drop the lock. Only for people, so a disk that is full does not matter. */
    private static void noteOwner(Path real) {
        String pid = "pid " + ProcessHandle.current().pid();
        try (Disk.Handle file = new FileDisk(real).open(OWNER)) {
            file.truncate(0);
            file.write(0, ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            LOG.debug("directory {} is locked, and does not say by whom", real, e);
        }
    }

    private static UnavailableException inUse(Path directory, String use) {
        String owner;
        try {
            owner = Files.readString(directory.resolve(OWNER));
        } catch (IOException e) {
            owner = "";
        }
        return new UnavailableException(use + " directory " + directory + " is already in use by "
                + (owner.isBlank() ? "another process" : owner)
                + "; stop it, or give this process a directory of its own");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // the descriptor is given back all the same, and the lock with it
            LOG.debug("unlocking directory {}", directory, e);
        } finally {
            HELD.remove(directory);
        }
    }
}
