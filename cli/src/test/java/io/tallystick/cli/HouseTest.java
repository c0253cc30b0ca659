package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Looks at the files of the whole repository: their size, and whether the documents point at something. */
class HouseTest {

    static final Path ROOT = root();
    private static final int LONGEST_FILE = 500;
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(#[^)]*)?\\)");

    @Test
    void no_source_file_is_longer_than_500_lines() {
        List<String> tooLong = files(".java").stream()
                .filter(file -> file.toString().contains("/src/main/java/"))
                .filter(file -> lines(file).size() > LONGEST_FILE)
                .map(file -> ROOT.relativize(file) + " has " + lines(file).size() + " lines")
                .toList();
        assertThat(tooLong).as("files with more than one thing to say").isEmpty();
    }

    @Test
    void every_link_in_a_document_leads_to_a_file() {
        List<Path> documents = files(".md");
        assertThat(documents).as("documents of the repository").isNotEmpty();
        List<String> broken = new ArrayList<>();
        for (Path document : documents) {
            Matcher link = LINK.matcher(String.join("\n", lines(document)));
            while (link.find()) {
                if (!Files.exists(document.resolveSibling(link.group(1)))) {
                    broken.add(ROOT.relativize(document) + " -> " + link.group(1));
                }
            }
        }
        assertThat(broken).as("links to files that are not there").isEmpty();
    }

    private static List<Path> files(String ending) {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(file -> file.toString().endsWith(ending))
                    .filter(file -> !ROOT.relativize(file).toString().matches("(.*/)?(target|\\.git|\\.tally)/.*"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
