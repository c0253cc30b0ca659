package io.tallystick.cdc.query;

import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which deletions of one table were handed out, and with which stamp: a key that the last comparison told, and that nobody has seen
 * since, may be forgotten once that is durable everywhere. Only of the last one: before that the row may have come back. On disk, and
 * lost with the process: what was told is told again then. For one thread.
 */
final class ToldKeys implements AutoCloseable {

    private static final int AT_ONCE = 10_000;

    private final Path directory;
    private final KeyQueue told;
    private KeyParts before;

    ToldKeys(Path directory) {
        this.directory = directory;
        this.told = new KeyQueue(directory.resolve("told"));
        this.before = new KeyParts(directory, "before-");
    }

    void add(List<List<String>> keys, long stamp) {
        for (List<String> key : keys) {
            List<String> line = new ArrayList<>(key);
            line.add(Long.toString(stamp));
            told.add(line);
        }
    }

    /** A new comparison begins: what was told until now is what {@link #before} tells of. */
    void begin() {
        try {
            before.close();
            before.delete();
            before = new KeyParts(directory, "before-");
            for (boolean more = !told.isEmpty(); more; ) {
                List<List<String>> lines = told.take(AT_ONCE);
                lines.forEach(line -> before.write(line.subList(0, line.size() - 1), line));
                more = !told.isEmpty();
            }
            before.close();
        } catch (IOException | UncheckedIOException e) {
            throw failed(e);
        }
    }

    /** The keys of one share, with their stamps. */
    Map<List<String>, Long> before(KeyParts.Share share) {
        Map<List<String>, Long> stamps = new HashMap<>();
        try {
            before.read(share.part(), line -> {
                List<String> key = List.copyOf(line.subList(0, line.size() - 1));
                if (share.has(key)) {
                    stamps.put(key, Long.valueOf(line.get(line.size() - 1)));
                }
            });
        } catch (IOException e) {
            throw failed(e);
        }
        return stamps;
    }

    private UnavailableException failed(Exception e) {
        return new UnavailableException("a comparison of keys cannot use " + directory + ": " + e, e);
    }

    @Override
    public void close() {
        told.close();
        try {
            before.close();
            before.delete();
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
