package io.tallystick.cdc.query;

import io.tallystick.jdbc.UnavailableException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys in a file instead of in memory: written one after the other, then read once in that order. Outlives nothing. For one thread.
 */
final class KeyQueue implements AutoCloseable {

    private final Path file;
    private @Nullable BufferedWriter writer;
    private @Nullable BufferedReader reader;

    KeyQueue(Path file) {
        this.file = file;
    }

    boolean isEmpty() {
        return writer == null && reader == null;
    }

    /** To be called before anything is taken. */
    void add(List<String> key) {
        try {
            BufferedWriter into = writer;
            if (into == null) {
                into = Files.newBufferedWriter(file);
                writer = into;
            }
            into.write(KeyParts.line(key));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** The next ones; fewer than {@code most} are the last, and then it is empty. */
    List<List<String>> take(int most) {
        List<List<String>> keys = new ArrayList<>();
        try {
            BufferedReader from = open();
            while (from != null && keys.size() < most) {
                String line = from.readLine();
                if (line == null) {
                    close();
                    return keys;
                }
                KeyParts.parse(line).ifPresent(keys::add);
            }
            return keys;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private @Nullable BufferedReader open() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
            reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        }
        return reader;
    }

    private UnavailableException failed(IOException e) {
        return new UnavailableException("a comparison of keys cannot use " + file + ": " + e, e);
    }

    /** Forgets what was not taken. */
    @Override
    public void close() {
        try {
            if (writer != null) {
                writer.close();
            }
            if (reader != null) {
                reader.close();
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed(e);
        } finally {
            writer = null;
            reader = null;
        }
    }
}
