package io.tallystick.cdc.query;

import io.tallystick.jdbc.UnavailableException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The remembered keys of one table: the result of the last comparison in {@code base-N}, split by hash into parts that fit into memory,
 * and what was added since in {@code added-M}, M ≥ N. A comparison writes a new base beside the old one and puts it in its place by
 * renaming one file, so that a crash leaves the old one. A key is a line, a JSON list of texts. Thread-safe.
 */
final class TableKeys implements AutoCloseable {

    static final int PARTS = 64;
    private static final String BASE = "base-";
    private static final String ADDED = "added-";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final TypeReference<List<String>> KEY = new TypeReference<>() {};

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
            long adding = additions(directory).keySet().stream()
                            .mapToLong(Long::longValue)
                            .max()
                            .orElse(base)
                    + 1;
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
        keys.forEach(key -> lines.append(MAPPER.writeValueAsString(key)).append('\n'));
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
            return new Comparison(adding, fresh);
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    /** A comparison with all keys that the source has now. For one thread. */
    final class Comparison {

        private final long number;
        private final Path fresh;
        private final List<BufferedWriter> parts = new ArrayList<>();

        private Comparison(long number, Path fresh) throws IOException {
            this.number = number;
            this.fresh = fresh;
            split();
            for (int i = 0; i < PARTS; i++) {
                parts.add(Files.newBufferedWriter(fresh.resolve("" + i)));
            }
        }

        /** What was added since the last comparison, into the same parts, so that it is read only once. */
        private void split() throws IOException {
            List<BufferedWriter> split = new ArrayList<>();
            for (int i = 0; i < PARTS; i++) {
                split.add(Files.newBufferedWriter(fresh.resolve(ADDED + i)));
            }
            for (Path file : additions(directory).headMap(number).values()) {
                read(file, key -> write(split, key));
            }
            for (BufferedWriter each : split) {
                each.close();
            }
        }

        private void write(List<BufferedWriter> to, List<String> key) {
            try {
                BufferedWriter part = to.get(partOf(key));
                part.write(MAPPER.writeValueAsString(key));
                part.write('\n');
            } catch (IOException e) {
                throw failed(directory, e);
            }
        }

        /** The source has these, or they are to be remembered for another reason. */
        void keep(Collection<List<String>> keys) {
            keys.forEach(key -> write(parts, key));
        }

        /** Remembered keys of one part that the source did not show, and whether they were added after the last comparison. */
        Map<List<String>, Boolean> missing(int part) {
            try {
                parts.get(part).flush();
                Set<List<String>> present = new HashSet<>();
                read(fresh.resolve("" + part), present::add);
                Map<List<String>, Boolean> missing = new LinkedHashMap<>();
                Path old = directory.resolve(BASE + base).resolve("" + part);
                if (Files.exists(old)) {
                    read(old, key -> missing.put(key, false));
                }
                read(fresh.resolve(ADDED + part), key -> missing.put(key, true));
                missing.keySet().removeAll(present);
                return missing;
            } catch (IOException e) {
                throw failed(directory, e);
            }
        }

        /** What was kept takes the place of what was remembered before. */
        void finish() {
            synchronized (TableKeys.this) {
                try {
                    for (BufferedWriter part : parts) {
                        part.close();
                    }
                    for (int i = 0; i < PARTS; i++) {
                        force(fresh.resolve("" + i));
                    }
                    Path made = directory.resolve("current.new");
                    Files.writeString(made, Long.toString(number));
                    force(made);
                    Files.move(made, directory.resolve("current"), StandardCopyOption.ATOMIC_MOVE);
                    base = number;
                    clean();
                } catch (IOException e) {
                    throw failed(directory, e);
                }
            }
        }
    }

    private static int partOf(List<String> key) {
        return Math.floorMod(key.hashCode() * 0x9E3779B9, PARTS);
    }

    private static void read(Path file, Consumer<List<String>> out) throws IOException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                parse(line).ifPresent(out);
            }
        }
    }

    /** Empty for the end of a file that a crash tore: the rows of those keys were never handed out. */
    private static Optional<List<String>> parse(String line) {
        try {
            return Optional.of(MAPPER.readValue(line, KEY));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static FileChannel openAdded(Path directory, long number) throws IOException {
        FileChannel file = FileChannel.open(
                directory.resolve(ADDED + number), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        // so that the file's name survives a power failure too
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
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
            if (number(each, BASE) != base) {
                deleteAll(each);
            }
        }
    }

    private static void deleteAll(Path base) throws IOException {
        for (int i = 0; i < PARTS; i++) {
            Files.deleteIfExists(base.resolve("" + i));
            Files.deleteIfExists(base.resolve(ADDED + i));
        }
        Files.delete(base);
    }

    private static UnavailableException failed(Path directory, IOException e) {
        return new UnavailableException("the memory of keys at " + directory + " cannot be used: " + e, e);
    }

    @Override
    public synchronized void close() throws IOException {
        added.close();
    }
}
