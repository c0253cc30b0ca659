package io.tallystick.bench.contender;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Reads a peer's table definitions from the class path. */
final class Sql {
    private Sql() {}

    /** The statements of a file, which are separated by semicolons at the end of a line. */
    static String[] statements(String file) {
        return text(file).split(";\\s*\\n");
    }

    static String text(String file) {
        try (InputStream in = Sql.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("no file " + file + " on the class path beside " + Sql.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
