package io.tallystick.examples.service;

import io.tallystick.jdbc.Jdbc;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Statements in a file of the class path; they may be run again. */
public record SqlFile(String path, List<String> statements) {

    /** @param path below the resources of the examples, such as {@code transfer/account.sql} */
    public static SqlFile at(String path) {
        try (InputStream in = SqlFile.class.getResourceAsStream("/io/tallystick/examples/" + path)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no SQL file io/tallystick/examples/" + path);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)--.*$", "");
            return new SqlFile(
                    path,
                    Arrays.stream(text.split(";", -1)).filter(s -> !s.isBlank()).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    /** Runs all of them in one transaction. */
    public void run(Jdbc jdbc) {
        jdbc.run(tx -> statements.forEach(tx::update));
    }
}
