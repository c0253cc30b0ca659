package io.tallystick.cdc.query;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keys in a directory, split by hash so that each part fits into memory; a part without keys has no file. A key is a line, a JSON list
 * of texts. For one thread.
 */
final class KeyParts implements AutoCloseable {

    static final int COUNT = 64;
    /** So much of a part is looked at at once: some hundred thousand keys, some tens of MB of memory. */
    private static final long SHARE_BYTES = 4L << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final TypeReference<List<String>> KEY = new TypeReference<>() {};

    private final Path directory;
    private final String prefix;
    private final @Nullable BufferedWriter[] writers = new BufferedWriter[COUNT];

    /** Those keys of a part that are looked at together: the same of every set of keys. */
    record Share(int part, int number, int count) {

        boolean has(List<String> key) {
            return count == 1 || Math.floorMod(Integer.rotateLeft(key.hashCode() * 0x85EBCA6B, 13), count) == number;
        }

        boolean isLast() {
            return number == count - 1;
        }

        Share next() {
            return new Share(part, number + 1, count);
        }
    }

    /** @param prefix with which the files' names begin */
    KeyParts(Path directory, String prefix) {
        this.directory = directory;
        this.prefix = prefix;
    }

    static String line(List<String> key) {
        return MAPPER.writeValueAsString(key) + "\n";
    }

    void write(List<String> key) {
        write(key, key);
    }

    /** Writes this line where those of the key stand. */
    void write(List<String> key, List<String> line) {
        int part = Math.floorMod(key.hashCode() * 0x9E3779B9, COUNT);
        try {
            BufferedWriter writer = writers[part];
            if (writer == null) {
                writer = Files.newBufferedWriter(file(part));
                writers[part] = writer;
            }
            writer.write(line(line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In how many shares a part is to be looked at that has so many bytes in all sets of keys. */
    static Share first(int part, long bytes) {
        return new Share(part, 0, Math.toIntExact(bytes / SHARE_BYTES) + 1);
    }

    /** How much was written to this part. */
    long bytes(int part) throws IOException {
        BufferedWriter writer = writers[part];
        if (writer != null) {
            writer.flush();
        }
        Path file = file(part);
        return Files.exists(file) ? Files.size(file) : 0;
    }

    /** Whatever was written to this part, by this object or an earlier one. */
    void read(int part, Consumer<List<String>> out) throws IOException {
        BufferedWriter writer = writers[part];
        if (writer != null) {
            writer.flush();
        }
        Path file = file(part);
        if (Files.exists(file)) {
            read(file, out);
        }
    }

    /** Ends the writing; all of it, the files' names too, survives a power failure from now on. */
    void force() throws IOException {
        for (int part = 0; part < COUNT; part++) {
            BufferedWriter writer = writers[part];
            if (writer != null) {
                writer.close();
                force(file(part), StandardOpenOption.WRITE);
            }
        }
        force(directory, StandardOpenOption.READ);
    }

    /** Ends the writing; what was written can be read, and may be lost in a power failure. */
    @Override
    public void close() throws IOException {
        for (int part = 0; part < COUNT; part++) {
            BufferedWriter writer = writers[part];
            if (writer != null) {
                writers[part] = null;
                writer.close();
            }
        }
    }

    static void force(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }

    void delete() throws IOException {
        for (int part = 0; part < COUNT; part++) {
            Files.deleteIfExists(file(part));
        }
    }

    private Path file(int part) {
        return directory.resolve(prefix + part);
    }

    static void read(Path file, Consumer<List<String>> out) throws IOException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                parse(line).ifPresent(out);
            }
        }
    }

    /** Empty for the end of a file that a crash tore: the rows of those keys were never handed out. */
    static Optional<List<String>> parse(String line) {
        try {
            return Optional.of(MAPPER.readValue(line, KEY));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
