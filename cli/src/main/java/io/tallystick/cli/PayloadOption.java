package io.tallystick.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A new payload, as JSON or as @FILE. */
@Command
final class PayloadOption {

    @Option(
            names = "--payload",
            paramLabel = "JSON",
            description = "the whole new payload, or @FILE to read it from a file")
    private @Nullable String payload;

    String required() {
        String given = optional();
        if (given == null) {
            throw wrong("Give the new payload: --payload JSON. The present one: tally saga show SAGA --payload");
        }
        return given;
    }

    @Nullable
    String optional() {
        if (payload == null) {
            return null;
        }
        String text = payload.startsWith("@") ? read(Path.of(payload.substring(1))) : payload;
        try {
            JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            throw wrong("The payload is not JSON: " + e.getOriginalMessage());
        }
        return text;
    }

    private String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw wrong("The file " + file + " cannot be read (" + e.getClass().getSimpleName() + ").");
        }
    }

    private static Stop wrong(String message) {
        return new Stop(Exit.USAGE, message);
    }
}
