package io.tallystick.cdc.query;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys that targets may have, in a directory: a key stands here, forced to disk, before its row is handed out, and leaves when
 * its deletion is durable at every target. So what stands here and not in the source any more was deleted. Belongs to one process at a
 * time, by a lock. Thread-safe.
 */
final class KeyMemory implements AutoCloseable {

    private final Path directory;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final String id;
    private final Map<TableName, TableKeys> tables = new LinkedHashMap<>();

    private KeyMemory(Path directory, FileChannel lockFile, FileLock lock, String id) {
        this.directory = directory;
        this.lockFile = lockFile;
        this.lock = lock;
        this.id = id;
    }

    /** @throws UnavailableException when the directory cannot be written, or another process has it */
    static KeyMemory open(Path directory, Supplier<String> ids) {
        try {
            Files.createDirectories(directory);
            FileChannel file =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lock(file);
            if (lock == null) {
                file.close();
                throw new UnavailableException(
                        "the memory of keys at " + directory
                                + " is used by another process; give each pipeline a directory of its" + " own",
                        null);
            }
            return new KeyMemory(directory, file, lock, id(directory.resolve("id"), ids));
        } catch (IOException e) {
            throw new UnavailableException("the memory of keys at " + directory + " cannot be used: " + e, e);
        }
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String id(Path file, Supplier<String> ids) throws IOException {
        if (!Files.exists(file)) {
            Path made = file.resolveSibling("id.new");
            Files.writeString(made, ids.get(), StandardCharsets.US_ASCII);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file, StandardCharsets.US_ASCII);
    }

    /** Which memory this is: a position names the one that belongs to it. */
    String id() {
        return id;
    }

    /** Where a comparison keeps what need not survive it; empty. */
    Path scratch() {
        Path scratch = directory.resolve("search");
        try {
            if (Files.exists(scratch)) {
                delete(scratch);
            }
            return Files.createDirectories(scratch);
        } catch (IOException e) {
            throw new UnavailableException("the memory of keys at " + directory + " cannot be used: " + e, e);
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> found;
        try (Stream<Path> all = Files.walk(folder)) {
            found = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : found) {
            Files.delete(each);
        }
    }

    synchronized TableKeys of(TableName table) {
        return tables.computeIfAbsent(table, name -> TableKeys.open(directory.resolve(QueryPosition.nameOf(name))));
    }

    @Override
    public synchronized void close() {
        try {
            for (TableKeys keys : tables.values()) {
                keys.close();
            }
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            throw new UnavailableException("the memory of keys at " + directory + " cannot be closed: " + e, e);
        }
    }
}
