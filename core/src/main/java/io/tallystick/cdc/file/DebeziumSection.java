package io.tallystick.cdc.file;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The parts of a source that Debezium reads: where the history of its tables lies, and Debezium's own settings, which it judges itself. */
final class DebeziumSection {

    /** How URLs of such sources begin. */
    static final String URL = "jdbc:oracle:";

    private static final String MEMORY = "memory";
    private static final String OWN = "debezium";

    private final Section section;
    private final Problems problems;

    DebeziumSection(Section section, Problems problems) {
        this.section = section;
        this.problems = problems;
    }

    /** {@code memory}, and each of Debezium's settings after {@code debezium.}; the mistakes are written down. */
    Map<String, String> read() {
        Map<String, String> options = new TreeMap<>();
        String memory = section.text(MEMORY);
        if (!memory.isEmpty() && !isAbsolute(memory)) {
            problems.at(
                    section.at(MEMORY),
                    "'memory' is '" + memory
                            + "'; expected an absolute path: started from another directory, the pipeline would miss what lies"
                            + " there");
        }
        options.put(MEMORY, memory);
        if (section.has(OWN)) {
            Section own = section.section(OWN);
            own.entries().forEach((name, node) -> options.put(OWN + "." + name, own.scalar(node, name)));
        }
        return options;
    }

    private static boolean isAbsolute(String path) {
        try {
            return Path.of(path).isAbsolute();
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
