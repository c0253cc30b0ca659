package io.tallystick.cdc.spool;

import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The operating system's lock on a spool's directory: one pipeline at a time, and none after its process has died. */
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
     * @param directory a real path
     * @throws UnavailableException when another pipeline, of this process or another, has it
     */
    static DirectoryLock take(Path directory) throws IOException {
        if (!HELD.add(directory)) {
            throw inUse(directory);
        }
        FileChannel channel = null;
        boolean locked = false;
        try {
            channel = FileChannel.open(
                    directory.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            locked = channel.tryLock() != null;
            if (!locked) {
                throw inUse(directory);
            }
            return new DirectoryLock(directory, channel);
        } finally {
            if (!locked) {
                HELD.remove(directory);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static UnavailableException inUse(Path directory) {
        return new UnavailableException("spool directory " + directory
                + " is in use by a running pipeline; stop that one, or give this one a directory of its own");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // the descriptor is given back all the same, and the lock with it
            return;
        } finally {
            HELD.remove(directory);
        }
    }
}
