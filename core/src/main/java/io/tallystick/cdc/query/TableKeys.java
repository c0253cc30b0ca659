package io.tallystick.cdc.query;

import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The remembered keys of one table: the result of the last comparison in {@code base-N}, and what was added since in {@code added-M},
 * M ≥ N. A comparison writes a new base beside the old one and puts it in its place by renaming one file, so that a crash leaves the
 * old one. Thread-safe.
 */
final class TableKeys implements AutoCloseable {

    private static final String BASE = "base-";
    private static final String ADDED = "added-";

    private final Path directory;
    private long base;
    private long adding;
    private FileChannel added;

    private TableKeys(Path directory, long base, long adding, FileChannel added) {
        this.directory = directory;
        this.base = base;
        this.adding = adding;
        this.added = added;
    }

    static TableKeys open(Path directory) {
        try {
            Files.createDirectories(directory);
            Path current = directory.resolve("current");
            long base = Files.exists(current)
                    ? Long.parseLong(Files.readString(current).strip())
                    : 0;
            // after the last file that a crashed process wrote: the end of that one may be torn
            TreeMap<Long, Path> before = additions(directory);
            long adding = (before.isEmpty() ? base : Math.max(base, before.lastKey())) + 1;
            TableKeys keys = new TableKeys(directory, base, adding, openAdded(directory, adding));
            keys.clean();
            return keys;
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    /** Remembers these keys; they are on disk when this returns. */
    synchronized void add(Collection<List<String>> keys) {
        StringBuilder lines = new StringBuilder();
        keys.forEach(key -> lines.append(KeyParts.line(key)));
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                added.write(bytes);
            }
            added.force(false);
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    /** Begins a comparison: what is added from now on does not take part in it. */
    synchronized Comparison compare() {
        try {
            added.close();
            adding++;
            added = openAdded(directory, adding);
            Path fresh = directory.resolve(BASE + adding);
            Files.createDirectories(fresh);
            Comparison comparison = new Comparison(adding, fresh);
            comparison.split();
            return comparison;
        } catch (IOException | UncheckedIOException e) {
            throw failed(directory, e);
        }
    }

    /** A comparison with all keys that the source has now. For one thread. */
    final class Comparison implements AutoCloseable {

        private final long number;
        private final KeyParts present;
        private final KeyParts since;

        private Comparison(long number, Path fresh) {
            this.number = number;
            this.present = new KeyParts(fresh, "");
            this.since = new KeyParts(fresh, ADDED);
        }

        /** What was added since the last comparison, into the same parts, so that it is read only once. */
        private void split() throws IOException {
            for (Path file : additions(directory).headMap(number).values()) {
                KeyParts.read(file, since::write);
            }
        }

        /** The source has these, or they are to be remembered for another reason. */
        void keep(Collection<List<String>> keys) {
            try {
                keys.forEach(present::write);
            } catch (UncheckedIOException e) {
                throw failed(directory, e);
            }
        }

        /** The first share of a part. */
        KeyParts.Share share(int part) {
            try (KeyParts before = before()) {
                return KeyParts.first(part, present.bytes(part) + since.bytes(part) + before.bytes(part));
            } catch (IOException e) {
                throw failed(directory, e);
            }
        }

        private KeyParts before() {
            return new KeyParts(directory.resolve(BASE + base), "");
        }

        /** Remembered keys of one share that the source did not show, and whether they were added after the last comparison. */
        Map<List<String>, Boolean> missing(KeyParts.Share share) {
            try (KeyParts before = before()) {
                Map<List<String>, Boolean> missing = new LinkedHashMap<>();
                before.read(share.part(), key -> put(missing, share, key, false));
                since.read(share.part(), key -> put(missing, share, key, true));
                present.read(share.part(), missing::remove);
                return missing;
            } catch (IOException e) {
                throw failed(directory, e);
            }
        }

        private void put(Map<List<String>, Boolean> into, KeyParts.Share share, List<String> key, boolean addedSince) {
            if (share.has(key)) {
                into.put(key, addedSince);
            }
        }

        /** Gives it up, if it was not finished; the next one begins from what was remembered before. */
        @Override
        public void close() throws IOException {
            present.close();
            since.close();
        }

        /** What was kept takes the place of what was remembered before. */
        void finish() {
            synchronized (TableKeys.this) {
                try {
                    present.force();
                    since.close();
                    Path made = directory.resolve("current.new");
                    Files.writeString(made, Long.toString(number));
                    KeyParts.force(made, StandardOpenOption.WRITE);
                    KeyParts.force(directory, StandardOpenOption.READ);
                    Files.move(made, directory.resolve("current"), StandardCopyOption.ATOMIC_MOVE);
                    KeyParts.force(directory, StandardOpenOption.READ);
                    base = number;
                    clean();
                } catch (IOException e) {
                    throw failed(directory, e);
                }
            }
        }
    }

    private static FileChannel openAdded(Path directory, long number) throws IOException {
        FileChannel file = FileChannel.open(
                directory.resolve(ADDED + number), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        // so that the file's name survives a power failure too
        KeyParts.force(directory, StandardOpenOption.READ);
        return file;
    }

    private static TreeMap<Long, Path> additions(Path directory) throws IOException {
        TreeMap<Long, Path> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> file.getFileName().toString().startsWith(ADDED))
                    .forEach(file -> found.put(number(file, ADDED), file));
        }
        return found;
    }

    private static long number(Path file, String prefix) {
        return Long.parseLong(file.getFileName().toString().substring(prefix.length()));
    }

    /** Deletes what a finished comparison has replaced and an unfinished one left. */
    private void clean() throws IOException {
        for (Path old : additions(directory).headMap(base).values()) {
            Files.delete(old);
        }
        List<Path> bases;
        try (Stream<Path> files = Files.list(directory)) {
            bases = files.filter(file -> file.getFileName().toString().startsWith(BASE))
                    .toList();
        }
        for (Path each : bases) {
            delete(each, ADDED);
            if (number(each, BASE) != base) {
                delete(each, "");
                Files.delete(each);
            }
        }
    }

    private static void delete(Path base, String prefix) throws IOException {
        try (KeyParts parts = new KeyParts(base, prefix)) {
            parts.delete();
        }
    }

    private static UnavailableException failed(Path directory, Exception e) {
        return new UnavailableException("the memory of keys at " + directory + " cannot be used: " + e, e);
    }

    @Override
    public synchronized void close() throws IOException {
        added.close();
    }
}
